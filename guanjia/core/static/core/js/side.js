/** On a phone the menu is a strip: show the part of it where we are. */
const here = document.querySelector(".side [aria-current]");
const strip = here?.closest(".side");
if (strip && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.offsetWidth / 2;
