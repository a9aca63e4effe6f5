"""What the desk's templates say in the words of the rooms below: ``{% load desk %}``."""

from django import template

from guanjia.core.identity import mask_id, mask_phone
from guanjia.money.tariffs.wording import cycle_text, price_text

register = template.Library()
for _filter in (mask_id, mask_phone, price_text, cycle_text):
    register.filter(_filter)
