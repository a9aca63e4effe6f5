"""Addresses of files, below a community's."""

from django.urls import path

from guanjia.records import views

app_name = "records"
urlpatterns = [path("files/<int:attachment_id>/", views.attachment, name="attachment")]
