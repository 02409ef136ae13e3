
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  let data = JSON.parse($('data').textContent);

  // Text from outside: what could not be seen, or turns text around, is shown as an escape.
  const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
  const shown = (text) => String(text).replace(hidden, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

  // Elements are made of names and text nodes alone: nothing is ever parsed as HTML.
  const fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (typeof value === 'function') node.addEventListener(name, value);
      else node.setAttribute(name, value === true ? '' : shown(value));
    }
    for (const child of children.flat(4)) {
      if (child === undefined || child === null || child === false || child === '') continue;
      node.append(child.nodeType ? child : shown(child));
    }
    return node;
  };
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

  // Name, colour, shape (16 by 16; after a `|`, filled), and what it means.
  const states = {
    error: ['Error', 'red', 'M8 2 15 14H1Z|M8 6v4M8 12v.2', 'its tokens could not be renewed'],
    expired: ['Expired', 'red', 'M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5ZM5.5 5.5l5 5M10.5 5.5l-5 5', 'its token has expired'],
    'needs-authorization': ['Needs authorization', 'red', 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 14.5c0-3 2.5-4.5 6-4.5s6 1.5 6 4.5',
      'a person must consent'],
    conflict: ['Conflict', 'red', 'M8 1.2 14.8 8 8 14.8 1.2 8ZM8 4.8v4M8 11v.2', 'its manifest and the store both changed'],
    empty: ['Empty', 'orange', 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
      'it has no credentials yet'],
    drifted: ['Drifted', 'orange', 'M1 6c2-3 4-3 7 0s5 3 7 0M1 11c2-3 4-3 7 0s5 3 7 0', 'changed outside of git'],
    expiring: ['Expiring', 'orange', 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4.5V8l2.5 2', 'its token is due for renewal'],
    unauthorized: ['Unauthorized', 'orange', 'M3 7h10v7H3ZM5 7V5a3 3 0 0 1 5.8-1', 'it has no grant yet'],
    'scope-drift': ['Scope drift', 'orange', 'M8 1.5a6.5 6.5 0 1 0 0 13Z|M8 1.5a6.5 6.5 0 0 1 0 13Z',
      'declared, granted and required scopes differ'],
    pending: ['Pending', 'blue', 'M8 14V3M3.5 7.5 8 3l4.5 4.5', 'the next apply changes it'],
    foreign: ['Foreign', 'violet', 'M5 2h6l3.5 6L11 14H5L1.5 8Z', 'another project or environment applied it'],
    unmanaged: ['Unmanaged', 'violet', 'M2.5 2.5h11v11h-11ZM6 8h4', 'in the store, and not created by vaultctl'],
    orphaned: ['Orphaned', 'violet', 'M2.5 5v-2.5H5M11 2.5h2.5V5M13.5 11v2.5H11M5 13.5H2.5V11M6 6l4 4M10 6l-4 4',
      'in the store, and no longer declared'],
    ready: ['Ready', 'green', 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5 8.2l2.2 2.2L11.2 6', 'applied as declared'],
  };
  const order = Object.keys(states);
  const glyphs = {
    activecampaign: 'M4 2l8 6-8 6M4 7l3 1.5', airtable: 'M2 5l6-3 6 3-6 3ZM2 8v5l5 2V10ZM14 8v5l-5 2V10Z',
    auth0: 'M8 1.5l6 2v4c0 4-2.5 6-6 7-3.5-1-6-3-6-7v-4Z', bigquery: 'M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2ZM11 11l3.5 3.5M5 8V6M7 9V5M9 8V7',
    clearbit: 'M2 2h12v12H2ZM2 8h12M8 2v12', docusign: 'M2 13c3-7 5-9 6-9s0 7 1 7 2-3 3-3 1 2 2 2M2 15h12',
    google_sheets: 'M3 1.5h7l3 3v10H3ZM5 7h6v5H5ZM5 9.5h6M8 7v5', http: 'M6 3H4.5v4L3 8l1.5 1v4H6M10 3h1.5v4L13 8l-1.5 1v4H10',
    hubspot: 'M9.5 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM9.5 7V3M3 3l4 4.5M9.5 2.5h.1', jwt: 'M8 1.5v13M2.4 4.8l11.2 6.4M2.4 11.2l11.2-6.4',
    mailchimp: 'M4 8a4 4 0 1 1 8 0v3c0 2-2 3.5-4 3.5S4 13 4 11ZM6.5 9v.1M9.5 9v.1', mailjet: 'M1.5 7 14.5 2 11 14 8 9ZM8 9l6.5-7',
    pipedrive: 'M6 14V5M6 5a3.2 3.2 0 1 1 0 5', salesforce: 'M5 12.5a3 3 0 0 1-.5-6 3.5 3.5 0 0 1 6.5-1 3.2 3.2 0 0 1 1 7Z',
    sendgrid: 'M2 6h4v8H2ZM6 2h8v4H6ZM6 6h8v4H6ZM6 10h4v4H6Z', slack: 'M6 2v12M10 2v12M2 6h12M2 10h12', stripe: 'M1.5 4h13v9h-13ZM1.5 7h13M4 10.5h3',
    telegram: 'M1.5 7.5l13-5-2.5 11-4.5-3.5M5.5 9.5l9-7-7 7.5v3.5', twilio: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6 6v.1M10 6v.1M6 10v.1M10 10v.1',
    whatsapp: 'M8 2a6 6 0 0 1 0 12c-1.2 0-2.2-.3-3-.8L2 14l.8-3A6 6 0 0 1 8 2ZM6 6c0 2.5 1.5 4 4 4', zapier: 'M8 2v12M2 8h12M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4',
  };
  const icon = (shape, colour) => {
    const [line, solid] = shape.split('|');
    return svg('svg', { class: `icon ${colour || ''}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
      svg('path', { d: line }), solid && svg('path', { d: solid, class: solid.includes('Z') ? 'solid' : '' }));
  };
  // An app of the project's own: its first letter in a frame.
  const appGlyph = (app) => Object.hasOwn(glyphs, app) ? icon(glyphs[app], 'grey')
    : svg('svg', { class: 'icon grey', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
      svg('path', { d: 'M2 2h12v12H2Z' }),
      svg('text', { x: 8, y: 11.5, 'text-anchor': 'middle', 'font-size': 9, fill: 'currentColor', stroke: 'none' },
        [...shown(app)][0].toUpperCase()));
  const stateMark = (state) => [icon(states[state][2], states[state][1]), el('span', { class: states[state][1] }, states[state][0])];
  const mono = (...text) => el('span', { class: 'mono' }, text);
  const muted = (...text) => el('p', { class: 'muted' }, text);

  // Times: RFC 3339 in UTC.
  const now = () => data.mode === 'live' ? Date.now() : Date.parse(data.madeAt);
  const clock = (time) => time.slice(0, 16).replace('T', ' ') + ' UTC';
  const away = (time) => {
    const s = (Date.parse(time) - now()) / 1000, a = Math.abs(s);
    const [n, unit] = a < 3600 ? [a / 60, 'min'] : a < 172800 ? [a / 3600, 'h'] : a < 63072000 ? [a / 86400, 'd'] : [a / 31536000, 'y'];
    if (a < 60) return s < 0 ? 'just now' : 'now';
    return s < 0 ? `${Math.floor(n)} ${unit} ago` : `in ${Math.floor(n)} ${unit}`;
  };
  const month = 30 * 86400e3;
  const share = (time) => Math.max(0, Math.min(1, (Date.parse(time) - now()) / month));
  const end = (c) => c.expiry && (c.expiry.forGood || c.expiry.at);
  const timeText = (time) => el('time', { datetime: time, title: clock(time) }, away(time));
  const width = (node, part) => { node.style.width = `${(part * 100).toFixed(1)}%`; return node; };
  const expiryBar = (c) => {
    const at = end(c);
    if (!at) return c.expiry && c.expiry.renews ? 'renews itself' : '';
    const part = share(at);
    return el('span', { class: `left ${part === 0 ? 'red' : part < 0.234 ? 'orange' : 'green'}` },
      el('i', { 'aria-hidden': 'true' }, width(el('b'), part)), timeText(at));
  };

  // Names in messages are in backticks. Commands are set off, so that one click takes all of one.
  const prose = (text) => text.split('`').map((part, i, all) => i % 2 && i < all.length - 1 ? mono(part) : i % 2 ? '`' + part : part);
  const withCommand = (text) => {
    const at = text.search(/(^|: |with |then: )(vaultctl|gpg|git) /);
    if (at < 0) return prose(text);
    const start = text.slice(at).search(/(vaultctl|gpg|git) /) + at;
    return [prose(text.slice(0, start)), el('code', null, text.slice(start))];
  };
  const word = (text) => /^[\w.:@\/=+-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
  const command = (verb, c, rest) => `vaultctl ${verb}${c.envName ? ` --env ${word(c.envName)}` : ''} ${word(c.name)}${rest || ''}`;

  let writing = null, connections, byKey, findingsOf;
  const key = (env, name) => `${env || ''}/${name}`;
  const index = () => {
    connections = data.connections;
    byKey = new Map();
    findingsOf = new Map();
    for (const c of connections) {
      c.envName = data.environments[c.env].name;
      c.key = key(c.envName, c.name);
      c.rank = order.indexOf(c.state);
      c.text = [c.name, c.app, c.appName, c.envName, c.owner, states[c.state][0], c.file, ...(c.scopes.declared || []),
        ...Object.entries(c.labels).map(([k, v]) => `${k}=${v}`), ...c.destinations].join('\n').toLowerCase();
      byKey.set(c.key, c);
    }
    for (const e of data.environments) for (const f of e.plan.findings) if (f.connection) {
      const k = key(e.name, f.connection);
      if (!findingsOf.has(k)) findingsOf.set(k, []);
      findingsOf.get(k).push(f.diagnostic);
    }
    document.body.classList.toggle('oneenv', data.environments.length < 2);
  };

  // The address: which view, and what it shows.
  const tabs = { connections: 'Connections', plan: 'Plan', flows: 'Flows', timeline: 'Timeline', people: 'People' };
  let view, query, opened = null, before = null;
  const read = () => {
    const [path, rest] = location.hash.replace(/^#\/?/, '').split('?');
    view = Object.hasOwn(tabs, path) ? path : 'connections';
    query = new URLSearchParams(rest || '');
  };
  const address = (v, q) => { const text = q.toString(); return `#/${v}${text ? '?' + text : ''}`; };
  const changed = (changes) => {
    const q = new URLSearchParams(query);
    for (const [k, v] of Object.entries(changes)) v ? q.set(k, v) : q.delete(k);
    return q;
  };
  const link = (k) => address(view, changed({ c: k }));
  const replace = (changes) => {
    query = changed(changes);
    before = address(view, changed({ c: '' }));
    history.replaceState(null, '', address(view, query));
  };

  const say = (text) => { $('status').textContent = text; };
  const count = (n, one) => `${n} ${one}${n === 1 ? '' : 's'}`;

  // The table: only the rows in sight are elements.
  const columns = [
    ['state', 'State', (c) => [c.rank, c.name]], ['app', 'App', (c) => [c.appName.toLowerCase(), c.name]],
    ['name', 'Name', (c) => [c.name.toLowerCase(), c.env]], ['env', 'Environment', (c) => [c.envName || '', c.name]],
    ['owner', 'Owner', (c) => [c.owner || '\uffff', c.name]], ['scopes', 'Scopes', (c) => [(c.scopes.declared || []).join(' '), c.name]],
    ['expires', 'Expires', (c) => [end(c) || '9', c.name]], ['applied', 'Last applied', (c) => [c.applied ? c.applied.at : '', c.name]],
    ['flows', 'Flows', (c) => [c.uses.length, c.name]],
  ];
  let list = [], body, rows = new Map(), cursor = 0, height = 44, printing = false;
  // Sorted once, not for each letter that is typed.
  let sorted = null, sortedBy = null;
  const inOrder = () => {
    const sort = query.get('sort') || 'state', by = columns.find(([id]) => id === sort.replace('-', '')) || columns[0];
    if (sortedBy === sort && sorted.of === connections) return sorted.all;
    const sign = sort[0] === '-' ? -1 : 1, keyed = connections.map((c) => [by[2](c), c]).sort(([a], [b]) => {
      for (let i = 0; i < 2; i++) if (a[i] !== b[i]) return (a[i] < b[i] ? -1 : 1) * (i ? 1 : sign);
      return 0;
    });
    [sorted, sortedBy] = [{ of: connections, all: keyed.map(([, c]) => c) }, sort];
    return sorted.all;
  };
  const selected = () => {
    const words = (query.get('q') || '').toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = (query.get('state') || '').split(',').filter(Boolean);
    const [app, env, label, flow] = ['app', 'env', 'label', 'flow'].map((k) => query.get(k));
    const [labelKey, ...labelRest] = (label || '').split('=');
    const base = inOrder().filter((c) => (!app || c.app === app) && (env === null || (c.envName || '') === env)
      && (!label || (Object.hasOwn(c.labels, labelKey) && c.labels[labelKey] === labelRest.join('=')))
      && (!flow || c.uses.some((u) => u.flow === flow))
      && words.every((w) => c.text.includes(w)));
    return [base.filter((c) => !wanted.length || wanted.includes(c.state)), base];
  };
  const cell = (id, ...children) => el('div', { class: `cell ${id}`, role: 'cell' }, children);
  const row = (c, i) => {
    const node = el('div', { class: `row ${c.state === 'empty' ? 'empty' : ''}`, role: 'row', 'aria-rowindex': i + 2, 'data-key': c.key },
      cell('state', stateMark(c.state)), cell('app', appGlyph(c.app), el('span', null, c.appName)),
      cell('name', el('a', { href: link(c.key), title: c.name, tabindex: i === cursor ? 0 : -1 }, c.name)),
      cell('env', c.envName), cell('owner', c.owner), cell('scopes', (c.scopes.declared || []).join(', ')),
      cell('expires', expiryBar(c)),
      cell('applied', c.applied && el('span', { title: `${clock(c.applied.at)} by ${c.applied.who}` },
        `${away(c.applied.at)} by ${c.applied.who}`, c.applied.commit && ` at ${c.applied.commit.slice(0, 7)}`)),
      cell('flows', c.uses.length ? String(c.uses.length) : ''));
    node.style.transform = `translateY(${i * height}px)`;
    return node;
  };
  const draw = () => {
    if (!body || !body.isConnected) return;
    const top = body.getBoundingClientRect().top;
    let first = Math.max(0, Math.floor(-top / height) - 8);
    let last = Math.min(list.length, Math.ceil((innerHeight - top) / height) + 8);
    if (printing) [first, last] = [0, list.length];
    for (const [i, node] of rows) if ((i < first || i >= last) && !node.contains(document.activeElement)) { node.remove(); rows.delete(i); }
    for (let i = first; i < last; i++) if (!rows.has(i)) {
      const node = row(list[i], i);
      let after = null;
      for (const [j, other] of rows) if (j > i && (!after || j < after[0])) after = [j, other];
      body.insertBefore(node, after && after[1]);
      rows.set(i, node);
    }
  };
  const measure = () => {
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const upTo = (width) => matchMedia(`(max-width: ${width}rem)`).matches;
    height = (upTo(44) ? 5.75 : upTo(54) ? 4 : 2.75) * size;
  };
  const focusRow = (i) => {
    if (!list.length) return;
    const old = rows.get(cursor);
    if (old) old.querySelector('a').tabIndex = -1;
    cursor = Math.max(0, Math.min(list.length - 1, i));
    const top = body.getBoundingClientRect().top + cursor * height, head = 48;
    if (top < head) scrollBy(0, top - head - 4);
    else if (top + height > innerHeight) scrollBy(0, top + height - innerHeight + 4);
    draw();
    const a = rows.get(cursor).querySelector('a');
    a.tabIndex = 0;
    a.focus({ preventScroll: true });
  };
  const refill = () => {
    const [found, base] = selected();
    list = found;
    cursor = Math.min(cursor, Math.max(0, list.length - 1));
    for (const node of rows.values()) node.remove();
    rows.clear();
    body.style.height = `${list.length * height}px`;
    body.parentNode.setAttribute('aria-rowcount', list.length + 1);
    $('none').hidden = list.length > 0;
    $('found').textContent = list.length === connections.length ? count(list.length, 'connection')
      : `${list.length} of ${count(connections.length, 'connection')}`;
    const wanted = (query.get('state') || '').split(',');
    for (const chip of $('chips').children) {
      chip.querySelector('b').textContent = base.filter((c) => c.state === chip.dataset.state).length;
      chip.setAttribute('aria-pressed', wanted.includes(chip.dataset.state));
    }
    const sort = query.get('sort') || 'state';
    for (const head of body.parentNode.querySelectorAll('[role=columnheader]')) {
      head.setAttribute('aria-sort', head.dataset.id !== sort.replace('-', '') ? 'none' : sort[0] === '-' ? 'descending' : 'ascending');
    }
    draw();
    say($('found').textContent);
  };
  const options = (id, title, values, empty) => values.length > (id === 'env' ? 1 : 0) && el('label', null, title,
    el('select', { id: `by-${id}`, change: (e) => { replace({ [id]: e.target.value }); refill(); } },
      el('option', { value: '' }, empty),
      values.map(([value, text]) => {
        const option = el('option', { selected: query.get(id) === value }, text);
        option.value = value;
        return option;
      })));
  const unique = (values) => [...new Set(values)].sort().map((v) => [v, v]);
  const showConnections = () => {
    const apps = [...new Map(connections.map((c) => [c.app, c.appName]))].sort((a, b) => a[1] < b[1] ? -1 : 1);
    const present = order.filter((s) => connections.some((c) => c.state === s));
    rows = new Map();
    body = el('div', { class: 'body', role: 'rowgroup', click: (e) => {
      const node = e.target.closest('.row');
      if (node && !e.target.closest('a') && !getSelection().toString()) location.hash = link(node.dataset.key);
    }, keydown: (e) => {
      const page = Math.max(1, Math.floor(innerHeight / height) - 2);
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 }[e.key];
      if (!step || e.ctrlKey || e.altKey || e.metaKey) return;
      e.preventDefault();
      focusRow(cursor + step);
    }, focusin: (e) => {
      const node = e.target.closest('.row');
      if (node) cursor = node.getAttribute('aria-rowindex') - 2;
    } });
    const search = el('input', { type: 'search', id: 'search', autocomplete: 'off', spellcheck: 'false',
      placeholder: 'name, app, label, host, scope', input: (e) => { replace({ q: e.target.value }); scrollTo(0, Math.min(scrollY, body.offsetTop)); refill(); },
      keydown: (e) => { if (e.key === 'ArrowDown') { e.preventDefault(); focusRow(0); } } });
    search.value = query.get('q') || '';
    const sorts = el('select', { id: 'by-sort', change: (e) => { replace({ sort: e.target.value }); refill(); } },
      columns.map(([id, title]) => el('option', { value: id, selected: (query.get('sort') || 'state') === id }, title)));
    return [
      el('div', { class: 'bar', role: 'search' },
        el('label', { class: 'search' }, el('span', null, 'Search (press /)'), search),
        options('app', 'App', apps, 'All apps'),
        options('env', 'Environment', unique(connections.map((c) => c.envName || '')), 'All'),
        options('label', 'Label', unique(connections.flatMap((c) => Object.entries(c.labels).map(([k, v]) => `${k}=${v}`))), 'All labels'),
        options('flow', 'Flow', unique(connections.flatMap((c) => c.uses.map((u) => u.flow))), 'All flows'),
        el('label', null, 'Sort by', sorts),
        el('button', { type: 'button', id: 'clear', click: () => { location.hash = '#/connections'; } }, 'Clear'),
        writing && [el('button', { type: 'button', id: 'pending', click: writing.pending }, 'Work tree'),
          el('button', { type: 'button', id: 'add', class: 'primary', click: () => writing.add() }, 'Add vault connection')]),
      el('div', { class: 'chips', id: 'chips', role: 'group', 'aria-label': 'States' }, present.map((s) =>
        el('button', { type: 'button', 'data-state': s, 'aria-pressed': 'false', title: states[s][3], click: () => {
          const wanted = new Set((query.get('state') || '').split(',').filter(Boolean));
          wanted.has(s) ? wanted.delete(s) : wanted.add(s);
          replace({ state: [...wanted].join(',') });
          refill();
        } }, stateMark(s), el('b')))),
      el('p', { id: 'found', class: 'muted' }),
      el('div', { class: 'table', role: 'table', 'aria-label': 'Connections' },
        el('div', { role: 'rowgroup' }, el('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, columns.map(([id, title]) =>
          el('div', { class: `cell ${id}`, role: 'columnheader', 'data-id': id }, el('button', { type: 'button', click: () => {
            const sort = query.get('sort') || 'state';
            replace({ sort: sort === id ? `-${id}` : id });
            refill();
          } }, title))))),
        body),
      el('p', { class: 'none', id: 'none', hidden: true }, 'No connection matches.'),
    ];
  };

  // A connection's panel.
  const section = (title, ...content) => [el('h3', null, title), content];
  const pairs = (entries) => el('dl', null, entries.filter(([, v]) => v !== undefined && v !== null && v !== '')
    .map(([k, v]) => [el('dt', null, k), el('dd', null, v)]));
  const bullets = (items, none) => items.length ? el('ul', { class: 'plain' }, items.map((i) => el('li', null, i)))
    : muted(none);
  const severity = { error: 'red', warning: 'orange', info: 'blue' };
  const finding = (d) => el('div', { class: `card ${severity[d.severity]}` },
    el('p', { class: 'line' }, el('span', { class: 'tag kind' }, `${d.severity} ${d.code}`), el('span', null, prose(d.message))),
    d.notes.map((n) => muted(prose(n))), d.help.map((h) => el('p', null, withCommand(h))),
    d.file && el('p', { class: 'muted mono' }, d.file + (d.line ? `:${d.line}:${d.column}` : '')));
  const opener = (i) => { const p = data.people[i]; return p.name || (p.fingerprint || `key ${p.keys[0]}, not in this keyring`); };
  const fieldValue = (f) => f.kind === 'missing' ? el('span', { class: f.required ? 'orange' : 'muted' }, f.required ? 'missing' : 'not set')
    : f.kind === 'sealed' ? [mono('•••'), el('div', { class: 'muted' }, 'addressed to ', f.to.map(opener).join(', '))]
    : f.kind === 'stored' ? mono('•••') : mono(f.value);
  const panel = (c) => {
    const found = findingsOf.get(c.key) || [];
    const change = data.environments[c.env].plan.changes.find((x) => x.connection === c.name);
    const scopes = ['declared', 'granted', 'required'].map((kind) => el('div', null,
      el('h4', null, { declared: 'Declared', granted: 'Granted', required: 'Required by flows' }[kind]),
      bullets((c.scopes[kind] || []).map((s) => [mono(s),
        kind === 'granted' && c.scopes.declared && !c.scopes.declared.includes(s) && el('span', { class: 'orange' }, ' not declared'),
        kind === 'declared' && c.scopes.granted && !c.scopes.granted.includes(s) && el('span', { class: 'orange' }, ' not granted'),
        kind === 'required' && !(c.scopes.declared || []).includes(s) && el('span', { class: 'orange' }, ' not declared')]),
        c.scopes[kind] ? 'none' : 'not known')));
    return el('div', { class: 'inside' },
      el('div', { class: 'top' },
        el('h2', { id: 'panel-title' }, appGlyph(c.app), ' ', c.name),
        el('button', { type: 'button', id: 'close', click: () => $('panel').close() }, 'Close')),
      el('p', null, el('span', { class: 'mark' }, stateMark(c.state)), ` – ${states[c.state][3]}${c.reason ? `: ${c.reason}` : ''}`),
      pairs([['App', c.appName === c.app ? c.app : `${c.appName} (${c.app})`], ['Environment', c.envName], ['Owner', c.owner], ['Setup', c.setup],
        ['Manifest', c.file && mono(`${c.file}:${c.line}`)]]),
      writing && writing.tools(c),
      found.length > 0 && section('What to do', found.map(finding)),
      change && section('Next apply', changeCard(change, c.env, true), el('p', null, el('code', null,
        command('apply', c, change.action === 'delete' ? ' --prune' : '')))),
      section('Fields', c.fields.length ? pairs(c.fields.map((f) => [f.name, [fieldValue(f), ' ', writing && writing.field(c, f)]]))
        : muted('none')),
      section('Sent to', bullets(c.destinations.map((d) => mono(d)), 'no known destination')),
      section('Scopes', el('div', { class: 'three' }, scopes)),
      c.expiry && section('Tokens', pairs([['Access token', c.expiry.at && [expiresText(c.expiry.at)]],
        ['Works until', c.expiry.forGood && expiresText(c.expiry.forGood)], ['Verified', c.expiry.verifiedAt && clock(c.expiry.verifiedAt)],
        ['Renewal', c.expiry.renews ? 'without a person' : 'needs a person']])),
      section('Used by', bullets(c.uses.map((u) => [el('a', { href: address('flows', new URLSearchParams({ flow: u.flow })) }, u.flow),
        el('div', { class: 'muted' }, u.actions.join(', '), ' – ', u.file)]), 'no flow')),
      section('History', c.applied && pairs([['Applied', clock(c.applied.at)], ['By', c.applied.who],
        ['Commit', c.applied.commit && mono(c.applied.commit.slice(0, 12))], ['With', c.applied.tool && `vaultctl ${c.applied.tool}`],
        ['Version', c.version]]) || muted('never applied'),
        c.history && bullets(c.history.map((h) => `${clock(h.at)}  ${h.what}  ${h.who}${h.commit ? ` at ${h.commit.slice(0, 12)}` : ''}`), ''),
        muted('All versions: ', el('code', null, command('history', c)))),
      (Object.keys(c.labels).length > 0 || Object.keys(c.annotations).length > 0) && section('Labels and annotations',
        pairs(['label', 'annotation'].flatMap((kind) => Object.entries(c[`${kind}s`]).map(([k, v]) => [k, [v, ' ', writing && writing.text(c, kind, k, v)]])))));
  };
  const expiresText = (time) => `${clock(time)} (${away(time)})`;

  // The plan.
  const danger = ['delete', 'replace', 'rename', 'adopt', 'update', 'record', 'create'];
  const verbs = { create: ['+', 'green'], update: ['~', 'blue'], record: ['~', 'blue'], replace: ['±', 'red'], delete: ['−', 'red'],
    rename: ['~', 'orange'], adopt: ['~', 'orange'] };
  const reasons = { declared: 'its manifest changed', drifted: 'drift: the declared values are restored',
    conflicting: 'conflict: changed in its manifest and in the store', 'no-longer-declared': 'no longer declared',
    'not-in-store': 'not yet in the store', 'lost-in-store': 'applied before, and missing from the store',
    'app-changed': 'its app changed', renamed: 'renamed', unmanaged: 'already in the store; taken over' };
  const detail = (d) => {
    const value = (v) => v === undefined || v === null ? '(none)' : v;
    const lists = [...(d.added || []).map((x) => `+ ${x}`), ...(d.removed || []).map((x) => `− ${x}`)].join('  ');
    switch (d.kind) {
      case 'secret': return [d.name, `••• ${d.change}`];
      case 'field': return [d.name, `${value(d.from)} → ${value(d.to)}`];
      case 'label': return [`label ${d.name}`, `${value(d.from)} → ${value(d.to)}`];
      case 'setup_type': return ['setup', `${value(d.from)} → ${value(d.to)}`];
      case 'destinations': return ['sent to', lists];
      case 'scopes': return ['scopes', lists];
      case 'reauthorize': return ['tokens', d.to === 'byPerson' ? 'reauthorize (needs consent)' : 'reauthorize (during apply)'];
      default: return [d.kind, d.to];
    }
  };
  const changeCard = (x, env, alone) => el('div', { class: `card ${verbs[x.action][1]}` },
    el('p', { class: 'line' }, el('span', { class: 'tag kind' }, `${verbs[x.action][0]} ${x.action}`),
      alone ? '' : byKey.has(key(data.environments[env].name, x.connection))
        ? el('a', { href: link(key(data.environments[env].name, x.connection)) }, x.connection) : el('b', null, x.connection),
      el('span', { class: 'muted' }, x.app), el('span', { class: 'muted' }, reasons[x.reason], x.former_name && `, was ${x.former_name}`)),
    x.details.length > 0 && pairs(x.details.map((d) => { const [k, v] = detail(d); return [k, mono(v)]; })),
    x.flows.length > 0 && muted(`reaches ${count(x.flows.length, 'flow')}: ${x.flows.map((f) => f.flow).join(', ')}`));
  const showPlan = () => data.environments.map((e, i) => {
    const changes = [...e.plan.changes].sort((a, b) => danger.indexOf(a.action) - danger.indexOf(b.action));
    const found = [...e.plan.findings].map((f) => f.diagnostic).sort((a, b) => Object.keys(severity).indexOf(a.severity) - Object.keys(severity).indexOf(b.severity));
    const option = e.name ? ` --env ${word(e.name)}` : '';
    return el('section', null,
      el('h2', null, e.name ? `${e.name}: ` : '', e.store),
      e.address && muted(e.address),
      e.refusal && finding(e.refusal),
      el('p', null, changes.length || e.plan.store_key ? `${count(changes.length, 'change')}, ${e.plan.unchanged} unchanged, ${e.plan.empty} empty.`
        : `No changes. ${count(e.plan.unchanged, 'connection')} up to date, ${e.plan.empty} empty.`),
      e.plan.store_key && el('div', { class: 'card orange' }, el('p', null, 'The store’s own key changes',
        e.plan.store_key.is_new ? ', and everything is sealed under a new one.' : '.'),
        bullets([...e.plan.store_key.added.map((k) => `+ ${k}`), ...e.plan.store_key.removed.map((k) => `− ${k}`)], '')),
      changes.length > 0 && muted('This page applies nothing: ', el('code', null, `vaultctl apply${option}`)),
      section('Changes', changes.length ? changes.map((x) => changeCard(x, i)) : muted('none')),
      section('Findings', found.length ? found.map(finding) : muted('none')));
  });

  // Flows: flow, actions, connections, from left to right.
  const graph = (flows) => {
    const line = 34, x = [10, 250, 520], wide = [210, 230, 260], at = new Map(), nodes = [], edges = [];
    const clip = (text, n) => { const all = [...shown(text)]; return all.length > n ? all.slice(0, n - 1).join('') + '…' : all.join(''); };
    const box = (column, y, text, style, href) => {
      const parts = [svg('title', null, text), svg('rect', { x: x[column], y, width: wide[column], height: 26, rx: 4 }),
        svg('text', { x: x[column] + 9, y: y + 18 }, clip(text, column === 2 ? 34 : 28))];
      nodes.push(href ? svg('a', { href, class: style }, parts) : svg('g', { class: style }, parts));
    };
    const edge = (from, y1, y2) => {
      const a = x[from] + wide[from], b = x[from + 1], m = (a + b) / 2;
      edges.push(svg('path', { class: 'edge', d: `M${a} ${y1 + 13}C${m} ${y1 + 13} ${m} ${y2 + 13} ${b} ${y2 + 13}` }));
    };
    let y = 10, bottom = 10;
    for (const flow of flows) {
      const start = y;
      box(0, start, flow.name, 'flow');
      for (const step of flow.steps) {
        box(1, y, step.title, 'step');
        edge(0, start, y);
        if (step.kind !== 'none') {
          const id = `${flow.env} ${step.kind} ${step.to || y}`;
          if (!at.has(id)) {
            at.set(id, bottom);
            const c = step.kind === 'connection' && byKey.get(key(data.environments[flow.env].name, step.to));
            box(2, bottom, step.kind === 'lacking' ? '+ no connection' : step.kind === 'undeclared' ? `${step.to} (not declared)`
              : c ? `${step.to}${c.state === 'ready' ? '' : ` – ${states[c.state][0].toLowerCase()}`}` : step.to,
              step.kind !== 'connection' ? 'bad' : c && c.state === 'empty' ? 'hollow' : '', c && link(c.key));
            bottom += line;
          }
          edge(1, y, at.get(id));
        }
        y += line;
      }
      y = Math.max(y, start + line) + 10;
      bottom = Math.max(bottom, start);
    }
    const size = [800, Math.max(y, bottom) + 6];
    return [svg('svg', { class: 'graph', viewBox: `0 0 ${size[0]} ${size[1]}`, role: 'group', 'aria-label': 'Flows, their actions and connections' },
      edges, nodes), size];
  };
  let zoom = 1, flowLimit = 40;
  const showFlows = () => {
    if (!data.flows.length) return el('p', { class: 'none' }, 'No flow definitions: name them in vaultctl.yaml under `flows`.');
    const name = query.get('flow');
    const all = data.flows.filter((f) => !name || f.name === name), flows = all.slice(0, flowLimit);
    const [picture, size] = graph(flows);
    const scale = () => { picture.setAttribute('width', Math.round(size[0] * zoom)); picture.setAttribute('height', Math.round(size[1] * zoom)); };
    scale();
    const zoomed = (by) => { zoom = by ? Math.min(3, Math.max(0.3, zoom * by)) : 1; scale(); };
    const lacking = all.filter((f) => f.steps.some((s) => s.kind === 'lacking'));
    const target = (f, s) => s.kind === 'connection' ? [' → ', byKey.has(key(data.environments[f.env].name, s.to))
      ? el('a', { href: link(key(data.environments[f.env].name, s.to)) }, s.to) : s.to]
      : s.kind === 'undeclared' ? [` → ${s.to} `, el('span', { class: 'red' }, 'not declared')]
      : s.kind === 'lacking' ? [' → ', el('span', { class: 'red' }, 'no connection')] : '';
    return [
      el('div', { class: 'bar' }, el('label', null, 'Flow', el('select', { id: 'by-flow', change: (e) => { replace({ flow: e.target.value }); render(); } },
        el('option', { value: '' }, 'All flows'), unique(data.flows.map((f) => f.name)).map(([v, t]) => {
          const option = el('option', { selected: v === name }, t);
          option.value = v;
          return option;
        }))),
        el('button', { type: 'button', 'aria-label': 'Zoom out', click: () => zoomed(0.8) }, '−'),
        el('button', { type: 'button', 'aria-label': 'Zoom in', click: () => zoomed(1.25) }, '+'),
        el('button', { type: 'button', click: () => zoomed(0) }, 'Reset')),
      lacking.length > 0 && el('div', { class: 'card orange' }, el('p', null, 'Actions without a connection. An empty one for each of them:'),
        [...new Set(lacking.map((f) => f.file))].map((file) => el('p', null, el('code', null, `vaultctl new --from-flow ${word(file)}`))),
        writing && lacking.flatMap((f) => f.steps.filter((s) => s.kind === 'lacking').map((s) => writing.plus(f, s)))),
      el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Graph' }, picture),
      all.length > flows.length && el('p', null, `${flows.length} of ${all.length} flows. `,
        el('button', { type: 'button', click: () => { flowLimit += 40; render(); } }, 'Show more')),
      el('details', null, el('summary', null, 'As text'), flows.map((f) => [el('h3', null, f.name, ' – ', f.file),
        bullets(f.steps.map((s) => [s.title, target(f, s)]), 'no actions')])),
    ];
  };

  // What expires within 30 days.
  const showTimeline = () => {
    const items = [];
    for (const c of connections) if (c.expiry) {
      if (c.expiry.forGood) items.push([c.expiry.forGood, c.name, link(c.key), 'stops working: authorize it again']);
      else if (c.expiry.at) items.push([c.expiry.at, c.name, link(c.key), c.expiry.renews ? 'access token; renews itself' : 'access token']);
    }
    for (const p of data.people) if (p.expiresAt) items.push([p.expiresAt, p.name || p.fingerprint, '#/people', 'key: nothing can be sealed for it after']);
    const soon = items.filter(([at]) => Date.parse(at) < now() + month).sort((a, b) => a[0] < b[0] ? -1 : 1);
    if (!soon.length) return el('p', { class: 'none' }, 'Nothing expires within 30 days.');
    return [el('h2', null, 'Next 30 days'), el('div', { class: 'days' },
      el('span', { class: 'axis' }, ''), el('div', { class: 'axis' }, ['now', '7 d', '14 d', '21 d', '30 d'].map((t) => el('span', null, t))), el('span', { class: 'axis' }, ''),
      soon.map(([at, name, href, what]) => {
        const part = share(at);
        return [el('div', null, el('a', { href }, name), el('div', { class: 'muted' }, what)),
          el('div', { class: `track ${part === 0 ? 'red' : part < 0.234 ? 'orange' : 'green'}`, 'aria-hidden': 'true' }, width(el('b'), part)),
          el('span', { class: part === 0 ? 'red' : '' }, timeText(at))];
      }))];
  };

  const showPeople = () => [
    el('p', { class: 'note' }, 'The keys that values are addressed to, as the values say. Only with a key itself can be shown that it opens one.'),
    el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'People' }, el('table', null,
      el('thead', null, el('tr', null, ['Person', 'Key', 'State', 'Paths', 'Values addressed to it'].map((t) => el('th', { scope: 'col' }, t)))),
      el('tbody', null, data.people.map((p, i) => {
        const opens = connections.filter((c) => c.fields.some((f) => f.to && f.to.includes(i)));
        return el('tr', null, el('th', { scope: 'row' }, p.name || el('span', { class: 'muted' }, 'not in this keyring')),
          el('td', { class: 'mono' }, p.fingerprint || p.keys.join(', ')),
          el('td', null, el('span', { class: p.state === 'usable' || p.state === 'unknown' ? '' : 'red' }, p.state),
            p.expiresAt && [', expires ', timeText(p.expiresAt)]),
          el('td', { class: 'mono' }, p.paths.length ? p.paths.join(', ') : el('span', { class: 'orange' }, 'no recipient of this project')),
          el('td', null, opens.length ? el('details', null, el('summary', null, count(opens.length, 'connection')),
            bullets(opens.map((c) => el('a', { href: link(c.key) }, c.name)), '')) : 'none'));
      })))),
  ];

  const views = { connections: showConnections, plan: showPlan, flows: showFlows, timeline: showTimeline, people: showPeople };
  const drawTabs = () => {
    const changes = data.environments.reduce((n, e) => n + e.plan.changes.length, 0);
    const counts = { connections: connections.length, plan: changes, flows: new Set(data.flows.map((f) => f.file)).size };
    $('tabs').replaceChildren(...Object.entries(tabs).map(([id, title]) =>
      el('a', { href: `#/${id}`, 'aria-current': view === id && 'page' }, title, counts[id] ? el('span', { class: 'count' }, ` ${counts[id]}`) : '')));
  };
  const syncPanel = () => {
    const c = byKey.get(query.get('c')), dialog = $('panel');
    if (!c) { if (dialog.open) dialog.close(); opened = null; return; }
    dialog.replaceChildren(panel(c));
    dialog.setAttribute('aria-labelledby', 'panel-title');
    if (!dialog.open) dialog.showModal();
    if (opened !== c.key) { dialog.scrollTop = 0; dialog.querySelector('#close').focus(); }
    opened = c.key;
  };
  const render = () => {
    measure();
    drawTabs();
    body = null;
    $('view').replaceChildren(...[data.faults.map(finding), views[view]()].flat(4).filter((n) => n && n.nodeType));
    if (view === 'connections') refill();
    before = address(view, changed({ c: '' }));
    syncPanel();
  };
  const follow = () => {
    const last = view;
    read();
    // Opening a connection changes nothing behind it.
    if (address(view, changed({ c: '' })) === before) syncPanel(); else { render(); if (last !== view) scrollTo(0, 0); }
  };
  $('panel').addEventListener('close', () => {
    const name = opened;
    if (!query.get('c')) return;
    opened = null;
    history.pushState(null, '', address(view, changed({ c: '' })));
    read();
    if (view === 'connections') { const i = list.findIndex((c) => c.key === name); if (i >= 0) focusRow(i); }
  });
  $('panel').addEventListener('click', (e) => { if (e.target === $('panel')) $('panel').close(); });
  addEventListener('hashchange', follow);
  addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
  addEventListener('resize', () => { const old = height; measure(); if (old !== height && view === 'connections') refill(); else draw(); });
  addEventListener('beforeprint', () => { printing = true; draw(); });
  addEventListener('afterprint', () => { printing = false; draw(); });
  addEventListener('keydown', (e) => {
    if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) || $('panel').open) return;
    e.preventDefault();
    if (view !== 'connections') location.hash = '#/connections';
    setTimeout(() => $('search').focus());
  });
  // Served pages change: what a person is at stays.
  if (data.mode === 'live') {
    const source = new EventSource('/api/v1/events');
    source.addEventListener('change', async () => {
      const answer = await fetch('/api/v1/page', { cache: 'no-store' });
      if (!answer.ok) return;
      data = await answer.json();
      const at = document.activeElement, id = at.id, range = at.selectionStart;
      index();
      render();
      if (id && $(id) && !$('panel').open) { $(id).focus(); if (id === 'search') $(id).setSelectionRange(range, range); }
      else if (!$('panel').open && at.closest('.row')) focusRow(cursor);
      say('The page changed.');
    });
    const offline = (is) => { document.body.classList.toggle('offline', is); };
    source.addEventListener('error', () => offline(true));
    source.addEventListener('open', () => offline(false));
  }
  if (data.write && globalThis.vaultWriting) writing = globalThis.vaultWriting({ el, key, link, say, withCommand, appGlyph, changeCard, finding, data: () => data });
  read();
  index();
  render();
  document.documentElement.dataset.ready = 'true';
})();
