"""Who is who: the persons meant by lists that carry no good identity number, and any two lists that a policy describes.

`link.link` is the whole way; `register` reads a county as known at T; `as_events` turns links into civil events.
"""
