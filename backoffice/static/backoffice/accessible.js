/*
 * Mends what the theme's pages lack for keyboards and screen readers: what can be clicked can be reached by Tab and pressed
 * by Enter, icons are not read out by their names, and parts that scroll are told apart. The labels come with the page.
 */

/** What stands on the page for an icon or a part of this name. */
function labelOf(name) {
  const page = document.getElementById("page");
  return page ? page.getAttribute(`data-label-${name.trim().replaceAll("_", "-")}`) : null;
}

/** Lets the keyboard press what only a mouse could. */
function makeButton(element) {
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      element.click();
    }
  });
}

function nameIcon(icon) {
  const control = icon.closest("a, button, [role=button]");
  const label = labelOf(icon.textContent);
  if (control === icon) {
    icon.setAttribute("aria-label", label || icon.textContent.trim());
    return;
  }
  icon.setAttribute("aria-hidden", "true");
  const isAlone = control && !control.title && control.textContent.trim() === icon.textContent.trim();
  if (isAlone && !control.hasAttribute("aria-label")) {
    control.setAttribute("aria-label", label || icon.textContent.trim().replaceAll("_", " "));
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const clickable = "a:not([href])[x-on\\:click], span[x-on\\:click], div.cursor-pointer[x-on\\:click]";
  document.querySelectorAll(clickable).forEach(makeButton);
  document.querySelectorAll("a[x-on\\:click*=openTheme]").forEach((control) => {
    control.setAttribute("aria-label", labelOf("theme"));
  });
  document.querySelectorAll(".material-symbols-outlined").forEach(nameIcon);
  document.querySelectorAll("[data-simplebar]").forEach((part, place) => {
    part.setAttribute("data-simplebar-aria-label", `${labelOf("simplebar")} ${place + 1}`);
  });
});

/** Gives a field that select2 has made the name of the one that it stands for. */
function nameField(field) {
  const select = field.closest(".select2").previousElementSibling;
  const label = select && document.querySelector(`label[for="${select.id}"]`);
  if (!label) return;
  label.id ||= `${select.id}-label`;
  const value = field.querySelector(".select2-selection__rendered");
  field.setAttribute("aria-labelledby", `${label.id} ${value.id}`);
  value.setAttribute("aria-labelledby", label.id);
}

// What Django's own scripts make, when the page has loaded.
window.addEventListener("load", () => {
  setTimeout(() => {
    document.querySelectorAll(".help-tooltip").forEach((hint) => hint.setAttribute("role", "img"));
    document.querySelectorAll(".select2-selection").forEach(nameField);
  });
});
