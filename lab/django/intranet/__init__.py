"""An intranet as many a company has one: Django, its admin pages, and django-scim2 as its manual shows it."""
