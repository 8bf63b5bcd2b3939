// The query box: proposals while one types, and arrow keys in a histogram. Without this the box is a plain one.
'use strict';
(() => {
  const wait = 120;
  let timer, request, box, list, start = 0, length = 0, active = -1;

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    if (!list) return;
    list.remove();
    list = undefined;
    active = -1;
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
    box.removeAttribute('aria-controls');
  };

  const mark = index => {
    const options = list.children;
    options[active]?.setAttribute('aria-selected', 'false');
    active = (index + options.length + 1) % (options.length + 1) === options.length ? -1 : (index + options.length) % options.length;
    const option = options[active];
    if (option) {
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({ block: 'nearest' });
      box.setAttribute('aria-activedescendant', option.id);
    } else box.removeAttribute('aria-activedescendant');
  };

  const take = option => {
    const text = option.dataset.text, kind = option.dataset.kind;
    const atEnd = start + length >= box.value.length;
    const space = kind === 'value' && atEnd && !box.value.slice(0, start).endsWith('(') ? ' ' : '';
    box.setRangeText(text + space, start, start + length, 'end');
    close();
    box.focus();
    if (kind !== 'value') ask(0);
  };

  const show = answer => {
    close();
    if (answer.proposals.length === 0) return;
    ({ start, length } = answer);
    list = document.createElement('ul');
    list.className = 'ak-proposals';
    list.id = box.id + '-proposals';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', box.dataset.completeLabel);
    for (const [index, proposal] of answer.proposals.entries()) {
      const option = document.createElement('li');
      option.id = `${list.id}-${index}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.dataset.kind = proposal.kind;
      option.dataset.text = proposal.text;
      option.textContent = proposal.text;
      list.append(option);
    }
    box.after(list);
    list.style.setProperty('inset-inline-start', `${box.offsetLeft}px`);
    list.style.setProperty('top', `${box.offsetTop + box.offsetHeight + 2}px`);
    list.style.setProperty('min-width', `${Math.min(box.offsetWidth, 320)}px`);
    list.style.setProperty('max-width', `${box.offsetWidth}px`);
    box.setAttribute('aria-expanded', 'true');
    box.setAttribute('aria-controls', list.id);
  };

  const ask = delay => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(async () => {
      const text = box.value, caret = box.selectionStart;
      request = new AbortController();
      try {
        const answer = await fetch(`${box.dataset.complete}?${new URLSearchParams({ q: text, caret })}`, { signal: request.signal, headers: { Accept: 'application/json' } });
        if (answer.ok && document.activeElement === box && box.value === text) show(await answer.json());
      } catch { /* proposals are a comfort: without them one types on */ }
    }, delay);
  };

  const adopt = target => {
    if (!target?.dataset?.complete || target === box) return target === box;
    close();
    box = target;
    box.setAttribute('role', 'combobox');
    box.setAttribute('aria-autocomplete', 'list');
    box.setAttribute('aria-expanded', 'false');
    box.setAttribute('aria-haspopup', 'listbox');
    return true;
  };

  document.addEventListener('focusin', event => adopt(event.target));
  document.addEventListener('input', event => { if (!event.isComposing && adopt(event.target)) ask(wait); });
  document.addEventListener('compositionend', event => { if (adopt(event.target)) ask(wait); });
  document.addEventListener('focusout', event => { if (event.target === box) close(); });
  document.addEventListener('submit', () => { if (box) close(); }, true);
  document.addEventListener('keydown', event => {
    if (event.target !== box || event.isComposing) return;
    if (!list) {
      if (event.key === 'ArrowDown' || event.key === ' ' && event.ctrlKey) { event.preventDefault(); ask(0); }
      return;
    }
    if (event.key === 'ArrowDown') mark(active + 1);
    else if (event.key === 'ArrowUp') mark(active < 0 ? list.children.length - 1 : active - 1);
    else if ((event.key === 'Enter' || event.key === 'Tab') && active >= 0) take(list.children[active]);
    else if (event.key === 'Escape') { close(); event.stopPropagation(); }
    else {
      if (event.key === 'Enter') close();
      return;
    }
    event.preventDefault();
  }, true);
  // The box keeps the focus while one presses a proposal.
  document.addEventListener('mousedown', event => { if (list?.contains(event.target)) event.preventDefault(); });
  document.addEventListener('click', event => { const option = event.target.closest?.('[role=option]'); if (option && list?.contains(option)) take(option); });

  // A group of links that is one stop of the tabulator key.
  document.addEventListener('keydown', event => {
    const group = event.target.closest?.('[data-arrows]');
    if (!group || !['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    const links = [...group.querySelectorAll('a')], at = links.indexOf(event.target.closest('a'));
    const next = { ArrowLeft: Math.max(0, at - 1), ArrowRight: Math.min(links.length - 1, at + 1), Home: 0, End: links.length - 1 }[event.key];
    for (const [index, link] of links.entries()) link.setAttribute('tabindex', index === next ? '0' : '-1');
    links[next].focus();
    event.preventDefault();
  });
})();
