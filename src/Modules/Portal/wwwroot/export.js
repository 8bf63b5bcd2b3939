// Shows how far a download is. The download itself is the browser's: without this script it works the same, only unseen.
'use strict';
(() => {
  const place = document.querySelector('[data-exports]');
  if (!place) return;
  const every = 1000, patience = 120000;
  const number = new Intl.NumberFormat('en-US');
  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, index) => values[index]);

  const watch = id => {
    const line = document.createElement('div'), bar = document.createElement('progress'), text = document.createElement('span'), button = document.createElement('button');
    line.className = 'ak-export';
    text.setAttribute('role', 'status');
    text.textContent = place.dataset.waiting;
    bar.setAttribute('aria-label', place.dataset.waiting);
    button.type = 'button';
    button.className = 'btn btn-sm';
    button.textContent = place.dataset.stop;
    line.append(text, bar, button);
    place.append(line);
    const begun = Date.now();
    let over = false;

    const end = (state, message) => {
      over = true;
      line.dataset.state = state;
      text.textContent = message;
      bar.remove();
      button.disabled = false;
      button.textContent = place.dataset.close;
    };

    button.addEventListener('click', async () => {
      if (over) { line.remove(); return; }
      button.disabled = true;
      const token = document.querySelector('input[name=__RequestVerificationToken]').value;
      await fetch(`${place.dataset.exports}/${id}/stop`, { method: 'POST', body: new URLSearchParams({ __RequestVerificationToken: token }) }).catch(() => undefined);
      button.disabled = false;
    });

    const look = async () => {
      let run;
      try {
        const answer = await fetch(`${place.dataset.exports}/${id}`, { headers: { Accept: 'application/json' } });
        if (answer.ok) run = await answer.json();
        else if (answer.status !== 404) throw new Error(answer.statusText);
      } catch { /* the network may come back */ }
      if (run?.state === 'done') { end('done', fill(place.dataset.done, number.format(run.rows))); return; }
      if (run && run.state !== 'running') { end('failed', run.message ?? place.dataset.lost); return; }
      if (!run && Date.now() - begun > patience) { end('failed', place.dataset.lost); return; }
      if (run) {
        const known = run.total !== null && run.total >= run.rows;
        text.textContent = known ? fill(place.dataset.runningOf, number.format(run.rows), number.format(run.total)) : fill(place.dataset.running, number.format(run.rows));
        if (known && run.total > 0) { bar.max = run.total; bar.value = run.rows; }
      }
      setTimeout(look, every);
    };
    setTimeout(look, every / 4);
  };

  document.addEventListener('submit', event => {
    const form = event.target.closest('[data-export-form]');
    if (!form) return;
    const id = crypto.randomUUID();
    let field = form.querySelector('input[name=run]');
    if (!field) {
      field = document.createElement('input');
      field.type = 'hidden';
      field.name = 'run';
      form.append(field);
    }
    field.value = id;
    form.closest('details').open = false;
    watch(id);
  });
})();
