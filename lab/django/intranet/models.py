"""People and teams, with what django-scim2 wants of them."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Team(AbstractSCIMGroupMixin):
    """A group of people."""

    name = models.CharField(max_length=150, unique=True)

    def __str__(self):
        return self.name


class Person(AbstractSCIMUserMixin, AbstractUser):
    """An account."""

    scim_groups = models.ManyToManyField(Team, verbose_name="teams", related_name="user_set", blank=True)
