
'use strict';
// Changes manifests from a served page. Secrets go from a hidden field into one request, and nowhere
// else: they are in no address, storage or other element.
globalThis.vaultWriting = ({ el, data, key, link, say, withCommand, appGlyph, changeCard, finding }) => {
  const send = async (method, path, body, type) => {
    const answer = await fetch(path, { method, body, cache: 'no-store',
      headers: { 'Content-Type': type, 'X-Vaultctl-Write': data().write.token } }).catch(() => null);
    const text = answer ? await answer.text() : 'vaultctl serve does not answer';
    let found = null;
    try { found = JSON.parse(text); } catch { found = { diagnostics: [{ message: text.trim() || 'no answer', notes: [], help: [] }] }; }
    return answer && answer.ok ? [found, null] : [null, found.diagnostics];
  };
  const post = (path, draft) => send('POST', path, JSON.stringify(draft), 'application/json');
  const present = (c) => data().connections.find((x) => x.key === c.key) || c;
  const at = (c, seen) => ({ connection: c.name, ...(c.envName && { env: c.envName }), ...(seen && { seen }) });
  const put = (where, setup, values) => send('PUT',
    `/api/v1/values?${new URLSearchParams({ ...where, ...(setup && { setup }) })}`, new URLSearchParams(values).toString(),
    'application/x-www-form-urlencoded');

  const faults = (list) => list.map((d) => el('div', { class: 'card red' }, el('p', null, d.message),
    (d.notes || []).map((n) => el('p', { class: 'muted' }, n)), (d.help || []).map((h) => el('p', null, withCommand(h)))));
  const sign = { '+': 'green', '-': 'red', '@': 'muted' };
  const plain = (text, marks = {}) => el('pre', { tabindex: 0 }, text.split('\n').map((line, i) => [
    i ? document.createTextNode('\n') : '', marks[line[0]] ? el('span', { class: marks[line[0]] }, line) : line]));
  const lines = (text) => plain(text.replace(/\n$/, ''), sign);
  const show = (node, ...parts) => node.replaceChildren(...parts.flat(5).filter((n) => n && n.nodeType));
  const title = (text) => el('h3', null, text);

  // What a change would do.
  const file = (f, x) => f.text === undefined ? title(`${f.file} (removed)`)
    : x.diff.includes(`--- /dev/null\n+++ b/${f.file}\n`) ? [title(f.file), plain(f.text)]
    : el('details', null, el('summary', null, f.file), plain(f.text));
  const preview = (x) => [x.files.map((f) => file(f, x)), x.diff && [title('Difference'), lines(x.diff)],
    x.plans.map((e) => [title(`Plan for ${e.name || e.store}`), e.refusal && finding(e.refusal),
      e.plan.changes.map((change) => changeCard(change, 0, true)), e.plan.findings.map((f) => finding(f.diagnostic)),
      !e.plan.changes.length && el('p', { class: 'muted' }, 'No changes.')]),
    x.faults.length > 0 && [title('No plan'), faults(x.faults)]];

  // What was written, and what puts it under review.
  const written = (x, c, prunes) => {
    const branch = el('input', { id: 'branch', autocomplete: 'off', spellcheck: 'false' }), out = el('div', { role: 'status' });
    branch.value = `vault/${c.name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'change'}`;
    const form = el('form', { class: 'bar' }, el('label', null, 'Branch', branch),
      el('button', { type: 'submit', id: 'commit' }, 'Commit on this branch'));
    form.onsubmit = async (e) => {
      e.preventDefault();
      const [made, wrong] = await post('/api/v1/commit', { branch: branch.value });
      if (wrong) { show(out, faults(wrong)); return; }
      form.remove();
      show(out, el('p', { id: 'committed' }, `Committed as ${made.commit.slice(0, 12)} on ${made.branch}, which is checked out now.`),
        made.commands.map((m) => el('p', null, el('code', null, m))));
    };
    return x.files.length ? [el('p', null, 'Written into the work tree; not into the store.'),
      title('Work tree, since the last commit'), lines(x.diff),
      x.commands.map((m) => el('p', null, el('code', null, m))), form, out,
      el('p', { class: 'muted' }, 'This page applies nothing. Here, or in CI after the review: ',
        el('code', null, `vaultctl apply${c.envName ? ` --env ${c.envName}` : ''}${prunes ? ' --prune' : ''}`))]
      : [el('p', null, 'Nothing that was written here differs from the last commit.')];
  };

  const dialog = (heading, content) => {
    const box = el('dialog', { 'aria-labelledby': 'form-title', class: 'form' }, el('div', { class: 'inside' },
      el('div', { class: 'top' }, el('h2', { id: 'form-title' }, heading),
        el('button', { type: 'button', id: 'form-close', click: () => box.close() }, 'Close')), content));
    box.addEventListener('close', () => {
      for (const input of box.querySelectorAll('input, textarea')) input.value = '';
      box.remove();
    });
    document.body.append(box);
    box.showModal();
    return box;
  };
  const button = (text, click, attributes) => el('button', { type: 'button', class: 'set', click, ...attributes }, text);

  // The fields of a setup; what is secret is hidden while it is typed.
  const input = (field, value) => {
    const node = field.oneOf.length
      ? el('select', { name: field.name }, el('option', { value: '' }, ''), field.oneOf.map((v) => el('option', { value: v }, v)))
      : field.secret ? el('textarea', { name: field.name, class: 'secret', autocomplete: 'off', spellcheck: 'false', rows: 1 })
      : el('input', { name: field.name, autocomplete: 'off', spellcheck: 'false' });
    if (value) node.value = value;
    return node;
  };
  const inputs = (fields) => fields.map((f) => el('label', { class: 'field' },
    `${f.name}${f.required ? '' : ' (optional)'}${f.secret ? ', sealed on arrival' : ''}`, input(f)));
  const typed = (node, selector) => Object.fromEntries([...node.querySelectorAll(selector)].filter((i) => i.value).map((i) => [i.name, i.value]));
  const clear = (node) => { for (const secret of node.querySelectorAll('.secret')) secret.value = ''; };
  const ask = (out, path, draft) => async () => {
    const [found, wrong] = await post(path, draft());
    show(out, wrong ? faults(wrong) : preview(found));
  };
  const bar = (out, path, draft, id, text) => el('div', { class: 'bar' },
    el('button', { type: 'button', id: 'preview', click: ask(out, path, draft) }, 'Preview'),
    el('button', { type: 'submit', class: 'primary', id }, text));

  // App, name, credentials or none, preview, written.
  const add = (preset = {}) => {
    const apps = data().write.apps;
    const list = el('div', { class: 'apps', role: 'group', 'aria-label': 'Apps' });
    const rest = el('form', { class: 'steps', autocomplete: 'off' });
    const search = el('input', { type: 'search', id: 'app-search', autocomplete: 'off', input: () => choose() });
    const out = el('div', { role: 'status', id: 'form-out' });
    const box = dialog('Add vault connection', [el('label', { class: 'field' }, 'App', search), list, rest, out]);
    let app = null;
    const choose = () => {
      const words = search.value.toLowerCase().split(/\s+/);
      show(list, apps.filter((a) => words.every((w) => `${a.id} ${a.name} ${a.actions.map((x) => x.name).join(' ')}`.toLowerCase().includes(w)))
        .map((a) => el('button', { type: 'button', 'data-app': a.id, 'aria-pressed': String(a === app), click: () => { app = a; choose(); form(); },
          title: a.actions.map((x) => x.name).join(', ') },
          appGlyph(a.id), ' ', a.name, el('span', { class: 'muted' }, ` ${a.actions.length} actions`))));
    };
    const envs = data().environments.map((e) => e.name).filter(Boolean);
    const form = () => {
      const name = el('input', { id: 'new-name', name: 'connection', maxlength: 150, required: true, autocomplete: 'off', input: () => check() });
      const hint = el('span', { class: 'red', id: 'name-hint', 'aria-live': 'polite' });
      const env = el('select', { id: 'new-env', change: () => check() }, envs.map((e) => el('option', { value: e }, e)));
      const setup = el('select', { id: 'new-setup', change: () => fields() },
        app.setups.map((s) => el('option', { value: s.type }, s.type)), el('option', { value: '' }, 'Create an empty connection'));
      const scopes = el('input', { id: 'new-scopes', autocomplete: 'off', spellcheck: 'false' });
      const values = el('div', { id: 'new-fields' });
      let made = null;
      const fields = () => {
        const shape = app.setups.find((s) => s.type === setup.value);
        show(values, inputs(shape ? shape.fields : []));
      };
      const check = () => {
        const text = name.value, taken = data().connections.some((c) => c.name === text && (c.envName || '') === env.value);
        hint.textContent = taken ? 'this name is taken' : /^\s|\s$/.test(text) ? 'no space at either end'
          : /[\p{Cc}\p{Cf}]/u.test(text) ? 'no invisible characters' : '';
        return text && !hint.textContent;
      };
      const draft = () => ({ name: name.value, app: app.id, ...(env.value && { env: env.value }),
        ...(setup.value && { setup: setup.value, fields: typed(values, 'input, select'), secrets: Object.keys(typed(values, '.secret')) }),
        ...(scopes.value.trim() && { scopes: scopes.value.trim().split(/[\s,]+/) }) });
      name.value = preset.name || '';
      scopes.value = (preset.scopes || []).join(' ');
      show(rest, app.actions.length > 0 && el('p', { class: 'muted', id: 'app-actions' }, `Actions: ${app.actions.map((x) => x.name).join(', ')}`),
        el('label', { class: 'field' }, 'Name', name, hint), envs.length ? el('label', { class: 'field' }, 'Environment', env) : '',
        el('label', { class: 'field' }, 'Setup', setup), values, el('label', { class: 'field' }, 'Scopes (optional, with spaces between them)', scopes),
        bar(out, '/api/v1/connections/preview', draft, 'create', 'Create'));
      fields();
      name.focus();
      rest.onsubmit = async (e) => {
        e.preventDefault();
        if (!made && !check()) { name.focus(); return; }
        const wanted = draft(), c = { name: wanted.name, envName: wanted.env };
        if (!made) {
          const [found, wrong] = await post('/api/v1/connections', wanted);
          if (wrong) { show(out, faults(wrong)); return; }
          made = found;
          for (const fixed of [name, env, setup, scopes, ...rest.querySelectorAll('#preview, #new-fields :not(.secret)')]) fixed.disabled = true;
        }
        const secrets = typed(values, '.secret');
        if (Object.keys(secrets).length) {
          const [set, wrong] = await put(at(c), wanted.setup, secrets);
          // It exists by now, and what was typed can be corrected.
          if (wrong) { show(out, el('p', null, 'Created, without its secrets:'), faults(wrong)); return; }
          made = set;
        }
        clear(values);
        for (const done of [list, rest, search.parentNode]) done.remove();
        show(out, written(made, c), el('p', null, el('a', { href: link(key(wanted.env, wanted.name)), click: () => box.close() }, wanted.name)));
        say('Created.');
      };
    };
    choose();
    if (preset.app) { app = apps.find((a) => a.id === preset.app) || null; if (app) { search.value = app.id; choose(); form(); } }
    else search.focus();
  };

  // An action of a flow: its app, and the scopes that this flow's actions need.
  const plus = (flow, step) => {
    const [id] = step.title.split('.'), app = data().write.apps.find((a) => a.id === id);
    const steps = flow.steps.filter((s) => s.kind === 'lacking' && s.title.startsWith(`${id}.`)).map((s) => s.title.slice(id.length + 1));
    const scopes = app ? [...new Set(app.actions.filter((a) => steps.includes(a.name)).flatMap((a) => a.scopes))].sort() : [];
    return el('button', { type: 'button', class: 'plus', click: () => add({ app: id, scopes,
      name: `${flow.name}-${id}`.toLowerCase().replace(/[^\w.-]+/g, '-') }) }, `+ ${step.title} of ${flow.name}`);
  };

  // A change of a declared connection: a form, a preview, and what was written.
  const edit = (c, heading, content, change, text) => {
    const out = el('div', { role: 'status', id: 'form-out' });
    // What was looked at when the form was opened; after a refusal, what is there then.
    let seen = c.revision;
    const form = el('form', { autocomplete: 'off' }, content, bar(out, change.previews, () => ({ ...at(c, seen), ...change.draft(form) }), 'save', text));
    form.onsubmit = async (e) => {
      e.preventDefault();
      const [made, wrong] = await change.save(form, at(c, seen));
      if (wrong) { show(out, faults(wrong)); seen = present(c).revision; return; }
      clear(form);
      form.remove();
      show(out, written(made, c, change.prunes));
      say('Saved.');
    };
    dialog(heading, [form, out]);
    const first = form.querySelector('input, select, textarea');
    if (first) first.focus();
    return form;
  };
  const values = (setup) => ({ previews: '/api/v1/values/preview',
    draft: (form) => ({ ...(setup(form) && { setup: setup(form) }), fields: typed(form, 'input, .value select'), secrets: Object.keys(typed(form, '.secret')) }),
    save: (form, where) => put(where, setup(form), typed(form, 'input, textarea, .value select')) });
  const changes = (draft, prunes) => ({ previews: '/api/v1/changes/preview', draft, prunes,
    save: (form, where) => post('/api/v1/changes', { ...where, ...draft(form) }) });

  // A button beside a field.
  const field = (c, f) => c.revision && button(f.kind === 'missing' ? 'Add' : f.kind === 'plain' ? 'Edit' : 'Rotate', () => {
    const known = data().write.apps.find((a) => a.id === c.app), types = known ? known.setups : [];
    const shape = types.filter((s) => !c.setup || s.type === c.setup).map((s) => s.fields.find((x) => x.name === f.name)).find(Boolean);
    const node = input(shape || { name: f.name, secret: f.kind !== 'plain', oneOf: [] }, f.kind === 'plain' && f.value);
    edit(c, `${c.name}: ${f.name}`, el('label', { class: 'field value' }, f.name, node), values(() => ''), 'Save');
  }, { 'data-field': f.name, 'aria-label': `${f.kind === 'missing' ? 'Add' : f.kind === 'plain' ? 'Edit' : 'Rotate'} ${f.name}` });

  const fill = (c, app) => {
    const part = el('div', { class: 'value' });
    const setup = el('select', { id: 'fill-setup', change: () => show(part, inputs(app.setups.find((s) => s.type === setup.value).fields)) },
      app.setups.map((s) => el('option', { value: s.type }, s.type)));
    show(part, inputs(app.setups[0].fields));
    edit(c, `Fill ${c.name}`, [el('label', { class: 'field' }, 'Setup', setup), part], values(() => setup.value), 'Save');
  };
  const metadata = (c, kind, k, text) => {
    const name = el('input', { name: 'key', required: true, maxlength: 63 }), value = el('input', { name: 'value' });
    name.value = k || '';
    name.readOnly = Boolean(k);
    value.value = text || '';
    edit(c, `${c.name}: ${kind}`, [el('label', { class: 'field' }, 'Key', name), el('label', { class: 'field' }, 'Value', value)],
      changes(() => ({ kind, key: name.value, value: value.value })), 'Save');
    if (k) value.focus();
  };
  // Buttons beside a label or annotation.
  const text = (c, kind, k, v) => c.revision && [button('Edit', () => metadata(c, kind, k, v), { 'aria-label': `Edit ${kind} ${k}` }), ' ',
    button('Remove', () => edit(c, `${c.name}: remove ${kind} ${k}`, [], changes(() => ({ kind, key: k, value: null })), 'Remove'),
      { 'aria-label': `Remove ${kind} ${k}` })];

  // What can be done with a declared connection as a whole.
  const tools = (c) => {
    const app = data().write.apps.find((a) => a.id === c.app);
    return c.revision && el('div', { class: 'bar tools' },
      !c.setup && app && app.setups.length > 0 && button('Fill', () => fill(c, app), { id: 'fill' }),
      button('Rename', () => {
        const name = el('input', { name: 'to', required: true, maxlength: 150 });
        name.value = c.name;
        edit(c, `Rename ${c.name}`, [el('p', { class: 'muted' }, 'In all environments. Its values are sealed again for the new name, with your key.'),
          el('label', { class: 'field' }, 'New name', name)], changes(() => ({ kind: 'rename', to: name.value })), 'Rename');
      }, { id: 'rename' }),
      button('Add a label', () => metadata(c, 'label'), { id: 'add-label' }), button('Add an annotation', () => metadata(c, 'annotation'), { id: 'add-annotation' }),
      button('Delete', () => edit(c, `Delete ${c.name}`, el('p', { class: 'muted' }, 'Its manifest, in all environments. What is not committed to git is not deleted.'),
        changes(() => ({ kind: 'delete' }), true), 'Delete'), { id: 'delete' }));
  };
  // What was written here and is not committed.
  const pending = async () => {
    const out = el('div', { role: 'status', id: 'form-out' });
    dialog('Work tree', out);
    const [found, wrong] = await send('GET', '/api/v1/changes');
    show(out, wrong ? faults(wrong) : written(found, { name: 'changes' }));
  };
  return { add, plus, field, tools, text, pending };
};
