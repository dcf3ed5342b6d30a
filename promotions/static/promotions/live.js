// What is renewed on a page by htmx: not while nobody looks, and not after the session has ended.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403 || status === 404) event.detail.elt.replaceWith(event.detail.elt.cloneNode(true));
});
