// Runs before the page is drawn, so that it never flashes in the wrong colours.
'use strict';
(() => {
  const key = 'akashi-theme';
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const read = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const apply = () => { document.documentElement.dataset.bsTheme = read() ?? (dark.matches ? 'dark' : 'light'); };
  apply();
  dark.addEventListener('change', apply);
  addEventListener('DOMContentLoaded', () => {
    for (const button of document.querySelectorAll('[data-theme-switch]')) {
      button.hidden = false;
      button.addEventListener('click', () => {
        const other = document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark';
        // Choosing what the system has anyway means following the system again.
        try {
          if (other === (dark.matches ? 'dark' : 'light')) localStorage.removeItem(key); else localStorage.setItem(key, other);
        } catch { /* storage is off: the choice lasts for this page */ }
        document.documentElement.dataset.bsTheme = other;
      });
    }
  });
})();
