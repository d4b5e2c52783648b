"""The admin pages: those of Django's own accounts, with teams."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group

from intranet.models import Person, Team


class NewPersonForm(AdminUserCreationForm):
    """What is asked of a new account."""

    class Meta(AdminUserCreationForm.Meta):
        """Whose it is."""

        model = Person


@admin.register(Person)
class PersonAdmin(UserAdmin):
    """Pages about people."""

    add_form = NewPersonForm
    list_display = ("username", "email", "first_name", "last_name", "is_active")
    list_filter = ("is_active", "scim_groups")
    filter_horizontal = ("scim_groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "scim_groups")}),
    )


admin.site.unregister(Group)
admin.site.register(Team, fields=("name",))
