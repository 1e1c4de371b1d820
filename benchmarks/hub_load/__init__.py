"""A course on a real hub under load: who acts, what is watched, and what is checked at the end."""
