// Fills the table of the live view from server-sent events. The connection comes back by itself and goes on where it was.
'use strict';
(() => {
  const section = document.querySelector('[data-tail]');
  if (!section) return;
  const most = 500;
  const tries = 3, between = 2000; // a view that was closed a moment ago may still hold its place
  const find = name => section.querySelector(`[data-tail-${name}]`);
  const [state, count, note, pause, clear, rows, empty, speak] = ['state', 'count', 'note', 'pause', 'clear', 'rows', 'empty', 'speak'].map(find);
  const number = new Intl.NumberFormat('en-US');
  const pauseText = pause.textContent;
  let source, again, refused = 0, last = '', shown = 0, leftOut = 0, passed = 0, paused = false, waiting = [], drawing = false;

  const say = (name, text) => { if (state.dataset.state !== name || text) { state.dataset.state = name; state.textContent = text ?? section.dataset[name]; } };

  const notes = () => {
    note.textContent = [[leftOut, section.dataset.leftOut], [passed, section.dataset.passed]].filter(([many]) => many > 0).map(([many, text]) => text.replace('{0}', number.format(many))).join(' · ');
  };

  const rowOf = trace => {
    const row = document.createElement('tr');
    row.dataset.row = trace.address;
    const cell = (className, child) => { const td = document.createElement('td'); td.className = className; td.append(child); row.append(td); return td; };
    const link = document.createElement('a');
    link.href = trace.address;
    link.target = '_blank';
    link.rel = 'noopener';
    link.textContent = trace.time;
    cell('ak-time', link);
    cell('ak-nowrap', trace.computer);
    const kind = document.createElement('span');
    kind.className = 'ak-tag';
    kind.textContent = trace.kind;
    cell('ak-nowrap', kind);
    cell('ak-nowrap', trace.process);
    cell('ak-cut ak-mono', trace.what).title = trace.what;
    cell('ak-nowrap', trace.user);
    return row;
  };

  // Many at once are drawn once a frame, and no more than the table holds.
  const draw = () => {
    drawing = false;
    const fresh = waiting.slice(-most).reverse().map(rowOf);
    shown += waiting.length;
    waiting = [];
    rows.prepend(...fresh);
    while (rows.children.length > most) rows.lastElementChild.remove();
    count.textContent = number.format(shown);
    empty.hidden = shown > 0;
  };

  const listen = (name, take) => source.addEventListener(name, event => { last = event.lastEventId || last; take(JSON.parse(event.data)); });

  const open = () => {
    const address = new URL(section.dataset.tail, location.href);
    if (last) address.searchParams.set('after', last);
    say('connecting');
    source = new EventSource(address);
    source.onopen = () => { refused = 0; say('open'); };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) { say('lost'); return; }
      // An answer that is no stream: the browser does not come back by itself.
      if (++refused < tries) { again = setTimeout(open, between); return; }
      say('lost', section.dataset.refused);
      stop();
    };
    listen('trace', trace => {
      waiting.push(trace);
      if (waiting.length > most * 2) { shown += most; waiting = waiting.slice(most); }
      if (!drawing) { drawing = true; requestAnimationFrame(draw); }
    });
    listen('left-out', left => { leftOut += left.traces; notes(); });
    listen('passed', left => { passed += left.lines; notes(); });
    listen('beat', () => say('open'));
    listen('end', end => { say('lost', end.message); stop(); });
  };

  const stop = () => {
    clearTimeout(again);
    source.close();
    paused = true;
    pause.textContent = pause.dataset.resume;
  };

  pause.addEventListener('click', () => {
    if (paused) { paused = false; refused = 0; pause.textContent = pauseText; open(); }
    else { stop(); say('paused'); }
  });
  clear.addEventListener('click', () => { rows.replaceChildren(); waiting = []; shown = leftOut = passed = 0; count.textContent = '0'; notes(); empty.hidden = false; });
  speak.addEventListener('change', () => rows.setAttribute('aria-live', speak.checked ? 'polite' : 'off'));
  pause.hidden = clear.hidden = false;
  open();
})();
