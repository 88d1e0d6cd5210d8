"""The window around the work: menus, start page, messages, status, keyboard help."""
