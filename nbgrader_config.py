from practicum.gradebook import configure

configure(get_config(), __file__)
