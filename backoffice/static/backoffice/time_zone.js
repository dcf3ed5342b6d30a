// Tells the server in which time zone it is read; promotions/admin/locale.py looks at it. Also on the page of the login,
// so that the first page after it is right.
{
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (zone) document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
}
