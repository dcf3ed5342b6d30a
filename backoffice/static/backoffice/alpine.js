/*
 * Makes the theme's pages readable for Alpine's CSP build. That compiles no code, so it finds the theme's functions only
 * when they are registered, and reads single expressions only: what it cannot read is replaced before it looks.
 */

const READABLE = [
  // where, which attribute, what stands there instead
  ["body", "x-data", "page"],
  ["body", "x-init", null],
  ["[x-on\\:click^='sidebarDesktopOpen = ']", "x-on:click", "sidebarDesktopOpen = !sidebarDesktopOpen"],
  ["form[x-bind\\:action]", "x-bind:action", "formAction"],
  ["#search-input-command", "x-on:keydown.enter.prevent", "choose($event)"],
];

/** What the body of a page keeps: the tab, and whether the sidebar is open, which the browser remembers. */
function page(firstTab) {
  return {
    activeTab: getCurrentTab() || firstTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem("sidebarDesktopOpen") !== "0",
    init() {
      this.$watch("sidebarDesktopOpen", (open) => localStorage.setItem("sidebarDesktopOpen", open ? "1" : "0"));
    },
    get formAction() {
      const tab = this.activeTab && this.activeTab !== "general" ? `#${this.activeTab}` : "";
      return window.location.pathname + window.location.search + tab;
    },
  };
}

/** The command palette, where Enter opens what is marked, if anything is. */
function palette() {
  return Object.assign(searchCommand(), {
    choose(event) {
      if (this.currentIndex && !event.metaKey && !event.ctrlKey) {
        this.selectItem(false, false);
      }
    },
  });
}

document.addEventListener("alpine:init", () => {
  // The tab that the server has opened is named in what is about to be replaced.
  const tab = /activeTab: '([^']*)'/.exec(document.body.getAttribute("x-data"));
  Alpine.data("page", () => page(tab ? tab[1] : ""));
  Alpine.data("theme", theme);
  Alpine.data("searchForm", searchForm);
  Alpine.data("searchDropdown", searchDropdown);
  Alpine.data("searchCommand", palette);

  for (const [where, attribute, expression] of READABLE) {
    for (const element of document.querySelectorAll(where)) {
      if (expression === null) {
        element.removeAttribute(attribute);
      } else {
        element.setAttribute(attribute, expression);
      }
    }
  }
});
