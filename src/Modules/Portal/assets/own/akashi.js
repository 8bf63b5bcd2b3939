// Comforts on top of pages that work without them.
'use strict';
(() => {
  // A menu closes when one clicks elsewhere or presses Escape.
  document.addEventListener('click', event => {
    for (const menu of document.querySelectorAll('details.ak-menu[open]')) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    for (const menu of document.querySelectorAll('details.ak-menu[open]')) { menu.open = false; menu.querySelector('summary').focus(); }
    document.querySelector('[data-panel-close]')?.click();
  });
  // A whole row leads where its first link leads, unless one selects text or presses another control.
  document.addEventListener('click', event => {
    const row = event.target.closest('tr[data-row]');
    if (!row || event.target.closest('a,button,input,label') || String(getSelection())) return;
    row.querySelector('a')?.click();
  });
  // The row whose panel is open is marked, and the panel takes the focus.
  document.addEventListener('htmx:afterSwap', event => {
    if (event.detail.target?.id !== 'panel') return;
    const address = event.detail.target.querySelector('[data-row-id]')?.dataset.rowId;
    for (const row of document.querySelectorAll('tr[data-row]')) row.dataset.row === address ? row.setAttribute('aria-current', 'true') : row.removeAttribute('aria-current');
    event.detail.target.querySelector('[tabindex="-1"]')?.focus({ preventScroll: innerWidth >= 1200 });
  });
  // Answers that say what is wrong with the input are shown in place; any other failure becomes a page of its own.
  document.addEventListener('htmx:configRequest', event => { event.detail.headers.Accept = 'text/html'; });
  document.addEventListener('htmx:beforeSwap', event => {
    const status = event.detail.xhr.status;
    if (status === 400 || status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
    else if (status >= 400) location.assign(event.detail.pathInfo.finalRequestPath);
  });
  // A session that ended meanwhile redirects to another host, which a script may not follow; the browser itself may.
  document.addEventListener('htmx:sendError', event => location.assign(event.detail.pathInfo?.finalRequestPath ?? location.href));
  // Closing the panel goes back to the table as it was.
  document.addEventListener('click', event => {
    if (!event.target.closest('[data-panel-close]')) return;
    event.preventDefault();
    const address = event.target.closest('[data-panel-close]').href;
    document.getElementById('panel').replaceChildren();
    document.querySelector('tr[aria-current]')?.removeAttribute('aria-current');
    history.pushState({ htmx: true }, '', address);
  });
  // Copies the text of an element.
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-copy]');
    if (button) navigator.clipboard?.writeText(document.getElementById(button.dataset.copy).textContent).then(() => {
      button.querySelector('[data-copied]')?.removeAttribute('hidden');
    });
  });
})();
