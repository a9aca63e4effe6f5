"""The gallery's addresses, for a machine in DEBUG."""

from django.urls import path

from guanjia.core.components import views

app_name = "gallery"
urlpatterns = [
    path("", views.gallery, name="index"),
    path("<slug:page>/", views.sample, name="sample"),
]
