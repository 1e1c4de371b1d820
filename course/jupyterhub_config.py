from practicum.hub import configure

configure(get_config(), __file__)
