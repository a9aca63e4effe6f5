"""Who works in a community, in which post, for which patch."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Departments, staff, posts, patches and their teams."""

    name = "guanjia.people"
    label = "people"
    verbose_name = "人员与责任区"
