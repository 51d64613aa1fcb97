// All text is set as text, never as markup: names come from a configuration, and whatever else comes is treated alike.
'use strict';

(() => {
  const root = document.body.dataset.root;
  const at = id => document.getElementById(id);
  const charts = [
    ['usage', 'Fullest limit', value => percent(value)],
    ['waiting', 'In line', value => number(value)],
    ['inFlight', 'In flight', value => number(value)],
    ['admittedPerSecond', 'Admitted a second', value => number(value)],
    ['refusedPerSecond', 'Refused a second', value => number(value)],
    ['unexpected429', 'Unexpected 429s', value => number(value)],
  ];
  let services = [];
  let asked = 0;
  // Null until it was asked for.
  let mayAcknowledge = null;
  // Of other processes' alerts: each shows who knows of it when it has heard so.
  const told = new Set();

  function number(value) {
    return value.toLocaleString('en', { maximumFractionDigits: 2 });
  }

  function percent(value) {
    return value.toLocaleString('en', { style: 'percent', maximumFractionDigits: 1 });
  }

  function duration(seconds) {
    if (seconds === null) return 'not known';
    if (seconds < 1) return `${number(Math.round(seconds * 1000))} ms`;
    if (seconds < 120) return `${number(Math.round(seconds * 10) / 10)} s`;
    return seconds < 7200 ? `${number(Math.round(seconds / 60))} min` : `${number(Math.round(seconds / 360) / 10)} h`;
  }

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function meter(share, label, judged = { low: 0.8, high: 0.95, optimum: 0 }) {
    return make('meter', percent(share), { min: 0, max: 1, ...judged, value: Math.min(share, 1), 'aria-label': `${label}: ${percent(share)}` });
  }

  function bar(name, share, text) {
    const element = make('div', undefined, { class: 'bar' });
    element.append(make('span', name), make('span', text), meter(share, name));
    return element;
  }

  function limitBar(limit) {
    return bar(limit.name, limit.ratio, limit.resetSeconds === null ? percent(limit.ratio) : `${percent(limit.ratio)}, free in ${duration(limit.resetSeconds)}`);
  }

  function budgetBar(budget) {
    return bar(budget.name, budget.spent, budget.projected === null ? `${percent(budget.spent)} spent` : `${percent(budget.spent)} spent, ${percent(budget.projected)} at the end`);
  }

  function chosen() {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return '';
    }
  }

  // All processes together, where they were heard of; else null, and this one is shown alone.
  function heard(service) {
    return service.fleet !== null && service.fleet.fault === null && service.fleet.at !== null ? service.fleet : null;
  }

  function fleetState(fleet) {
    if (fleet.fault !== null) return `The other processes cannot be heard of: ${fleet.fault} The numbers are of this one alone.`;
    if (fleet.at === null) return 'The other processes have not been heard of yet. The numbers are of this one alone.';
    return fleet.processes === 1 ? 'One process counts these limits.' : `${number(fleet.processes)} processes share these limits.`;
  }

  function card(service) {
    const element = make('a', undefined, { class: 'card', href: `#${encodeURIComponent(service.name)}`, 'data-health': service.health });
    if (service.name === chosen()) element.setAttribute('aria-current', 'true');
    element.append(make('strong', service.name), make('p', service.why ?? service.health));
    const all = heard(service) ?? service;
    element.append(make('p', `wait ${duration(service.waitSeconds)} · line ${number(all.waiting)} · in flight ${number(all.inFlight)} · circuit ${service.circuit} · unexpected 429: ${number(all.unexpected429)}`));
    if (service.fleet !== null) element.append(make('p', fleetState(service.fleet)));
    [...service.limits].sort((a, b) => b.ratio - a.ratio).slice(0, 4).forEach(limit => element.append(limitBar(limit)));
    service.budgets.forEach(budget => element.append(budgetBar(budget)));
    return element;
  }

  function showServices() {
    const held = document.activeElement?.closest?.('#services .card')?.getAttribute('href');
    at('services').replaceChildren(...services.map(card));
    if (services.length === 0) at('services').append(make('p', 'No service is configured.'));
    // The cards are new, and whoever stood on one stands there still.
    if (held) [...at('services').children].find(element => element.getAttribute('href') === held)?.focus();
  }

  function rows(table, cells) {
    at(table).tBodies[0].replaceChildren(...cells.map(row => {
      const element = make('tr');
      row.forEach((cell, i) => element.append(cell instanceof Node ? wrap(cell) : make(i === 0 ? 'th' : 'td', cell, i === 0 ? { scope: 'row' } : {})));
      return element;
    }));
  }

  function wrap(node) {
    const cell = make('td');
    cell.append(node);
    return cell;
  }

  // Of each name what is this process's and what is of all; undefined where nobody knows it.
  function both(mine, all) {
    return [...new Set([...Object.keys(mine), ...Object.keys(all ?? {})])].sort().map(name => [name, mine[name] ?? 0, all === undefined ? undefined : all[name] ?? 0]);
  }

  function dollars(value) {
    return value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: 6 });
  }

  function showService() {
    const service = services.find(each => each.name === chosen());
    at('service').hidden = !service;
    if (!service) return;
    at('service-name').textContent = service.name;
    at('service-why').textContent = service.why ?? service.health;
    const fleet = heard(service);
    const state = service.fleet === null ? '' : fleetState(service.fleet);
    at('fleet-state').hidden = service.fleet === null;
    if (at('fleet-state').textContent !== state) at('fleet-state').textContent = state;
    at('facts').replaceChildren(...[
      ['Mode', service.mode], ['Circuit', service.circuit], ['Wait now', duration(service.waitSeconds)], ['Pause', duration(service.pauseSeconds)],
      ['In line', `${number(service.waiting)} of ${number(service.lineCapacity)}`], ['In flight', number(service.inFlight)], ['Guard', `${number(service.arrivalGuardMilliseconds)} ms`], ['Unexpected 429', number(service.unexpected429)],
      ...service.line.map(line => [`In line, ${line.priority}`, number(line.waiting)]),
      ...(fleet === null ? [] : [['Processes', number(fleet.processes)], ['In line, of all', number(fleet.waiting)], ['In flight, of all', number(fleet.inFlight)], ['Unexpected 429, of all', number(fleet.unexpected429)]]),
    ].map(([name, value]) => {
      const fact = make('div');
      fact.append(make('dt', name), make('dd', value));
      return fact;
    }));
    rows('limits', service.limits.map(limit => [limit.name, limit.partitions > 1 ? `${limit.partition} (${number(limit.partitions)})` : limit.partition, number(limit.used), `${number(limit.quota)} ${limit.unit}`, meter(limit.ratio, limit.name), duration(limit.resetSeconds)]));
    at('keys-part').hidden = service.keys.length === 0;
    rows('keys', service.keys.map(key => [key.name, key.state, key.opensInSeconds === 0 ? 'open' : duration(key.opensInSeconds), meter(key.headroom, key.name, { low: 0.05, high: 0.2, optimum: 1 }), number(key.inFlight), number(key.requests), number(key.moved)]));
    at('fleet-keys-part').hidden = fleet === null || fleet.keys.length === 0;
    rows('fleet-keys', (fleet?.keys ?? []).map(key => [key.name, Object.entries(key.states).map(([state, processes]) => `${state}: ${number(processes)}`).join(', '), meter(key.headroom, key.name, { low: 0.05, high: 0.2, optimum: 1 }), number(key.inFlight), number(key.requests), number(key.moved)]));
    at('fleet-alerts-part').hidden = fleet === null || fleet.alerts.length === 0;
    keepFocus('fleet-alerts-part', 'fleet-alerts-title', () =>
      rows('fleet-alerts', (fleet?.alerts ?? []).map(alert => [alert.summary, severity(alert), moment(alert.firedAt), alert.recoveredAt === null ? 'open' : moment(alert.recoveredAt), knownOfAll(alert, service)])));
    at('money-part').hidden = service.budgets.length === 0 && both(service.spendUsd, fleet?.spendUsd).length === 0;
    rows('budgets', service.budgets.map(budget => [budget.name, meter(budget.spent, budget.name), budget.projected === null ? 'not known' : percent(budget.projected)]));
    rows('spend', both(service.spendUsd, fleet?.spendUsd).map(([model, mine, all]) => [model, dollars(mine), dollars(all)]));
    at('redundancy-part').hidden = service.redundancy.length === 0;
    rows('redundancy', service.redundancy.map(figure => [figure.what, figure.of, figure.unit === '1' ? percent(figure.value) : figure.unit === 's' ? duration(figure.value) : `${number(figure.value)} ${figure.unit}`]));
    rows('counts', [['Checks', service.checks, fleet?.checks], ['Refusals', service.refusals, fleet?.refusals], ['Attempts', service.attempts, undefined]]
      .flatMap(([name, counts, others]) => both(counts, others).map(([of, mine, all]) => [name, of, number(mine), all === undefined ? '' : number(all)])));
  }

  function line(points, field) {
    const top = Math.max(...points.map(point => point[field]), Number.MIN_VALUE);
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 179 100');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
    drawn.setAttribute('points', points.map((point, i) => `${179 - (points.length - 1 - i)},${98 - (96 * point[field]) / top}`).join(' '));
    svg.append(drawn);
    return svg;
  }

  function showCharts(history) {
    if (history.service !== chosen()) return;
    const isOfAll = history.fleet.length > 0 && services.some(service => service.name === history.service && heard(service) !== null);
    const points = isOfAll ? history.fleet : history.points;
    at('charts-of').hidden = !isOfAll;
    at('charts').replaceChildren(...(points.length === 0 ? [make('p', 'The first point comes in a few seconds.')] : charts.map(([field, title, text]) => {
      const figure = make('figure');
      const values = points.map(point => point[field]);
      figure.append(make('figcaption', `${title}: ${text(values.at(-1))} now, ${text(Math.max(...values))} at most`), line(points, field));
      return figure;
    })));
  }

  function processes(count) {
    return count === 1 ? 'one process' : `${number(count)} processes`;
  }

  // All processes together, where any of them names somebody; else this one.
  function showShares(table, own, fleet, nobody) {
    const all = fleet?.[table].top.some(share => share.name !== null) ? fleet : null;
    const shares = (all ?? own)[table];
    const named = shares.top.map(share => [share.name ?? nobody, share]);
    if (shares.rest.admitted + shares.rest.refused > 0) named.push(['all others', shares.rest]);
    at(`${table}-part`).hidden = shares.top.every(share => share.name === null);
    const since = `Requests since ${new Date(shares.since).toLocaleTimeString()}`;
    at(`${table}-since`).textContent = all === null ? since : `${since}, of ${processes(all.processes)}${shares.missed > 0 ? `; each name may have had ${number(shares.missed)} more` : ''}`;
    rows(table, named.map(([name, share]) => [name, meter(share.share, name, {}), number(share.admitted), number(share.refused)]));
  }

  function showTraffic(traffic) {
    if (traffic.service !== chosen()) return;
    showShares('tenants', traffic, traffic.fleet, 'of no tenant');
    showShares('endpoints', traffic, traffic.fleet, 'no endpoint of the configuration');
    const { refusals } = traffic.fleet ?? traffic;
    at('refusals-part').hidden = refusals.length === 0;
    at('refusals-of').hidden = traffic.fleet === null;
    at('refusals-of').textContent = traffic.fleet === null ? '' : `Of ${processes(traffic.fleet.processes)}`;
    rows('refusals', refusals.map(refusal => [moment(refusal.at), refusal.reason, refusal.limit ?? '', refusal.tenant ?? '', refusal.endpoint ?? '', refusal.key ?? '', refusal.priority]));
  }

  async function fetchTraffic() {
    const name = chosen();
    if (!services.some(service => service.name === name)) return;
    const response = await fetch(`${root}/api/traffic?name=${encodeURIComponent(name)}`);
    if (response.ok) showTraffic(await response.json());
  }

  async function fetchHistory() {
    const name = chosen();
    if (!services.some(service => service.name === name)) return;
    const response = await fetch(`${root}/api/history?name=${encodeURIComponent(name)}`);
    if (response.ok) showCharts(await response.json());
  }

  function known(alert) {
    if (alert.acknowledgedAt === null) return '';
    const time = new Date(alert.acknowledgedAt).toLocaleTimeString();
    return alert.acknowledgedBy === null ? time : `${alert.acknowledgedBy}, ${time}`;
  }

  function moment(at) {
    return new Date(at).toLocaleString();
  }

  function severity(alert) {
    return make('span', alert.severity, { class: alert.severity });
  }

  // The buttons are new, and whoever stood on one stands there still, or above them where it is gone.
  function keepFocus(part, title, show) {
    const held = at(part).contains(document.activeElement) ? document.activeElement.dataset.alert : undefined;
    show();
    if (held) (at(part).querySelector(`[data-alert="${CSS.escape(held)}"]`) ?? at(title)).focus();
  }

  function knownOfAll(alert, service) {
    if (alert.acknowledgedAt !== null || alert.recoveredAt !== null || !mayAcknowledge) return known(alert);
    return told.has(alert.id) ? 'told to its process' : acknowledger(alert, () => acknowledge(alert, 'fleet-alerts-state', service));
  }

  function acknowledger(alert, act) {
    const button = make('button', 'Acknowledge', { type: 'button', 'data-alert': alert.id, 'aria-label': `Acknowledge: ${alert.summary}` });
    button.addEventListener('click', act);
    return button;
  }

  function showAlerts(reading) {
    keepFocus('alerts', 'alerts-title', () =>
      rows('alerts-open', reading.open.map(alert => [alert.summary, severity(alert), moment(alert.beganAt), alert.acknowledgedAt === null && reading.mayAcknowledge ? acknowledger(alert, () => acknowledge(alert, 'alerts-state')) : known(alert)])));
    rows('alerts-past', reading.past.map(alert => [alert.summary, severity(alert), moment(alert.firedAt), moment(alert.recoveredAt), known(alert)]));
    const state = reading.open.length === 0 ? 'None is open.' : `${number(reading.open.length)} open`;
    if (at('alerts-state').textContent !== state) at('alerts-state').textContent = state;
  }

  async function fetchAlerts() {
    const isForOthers = mayAcknowledge === null && services.some(service => service.fleet !== null);
    if (at('alerts').hidden && !isForOthers) return;
    const mine = ++asked;
    const response = await fetch(`${root}/api/alerts`);
    const reading = response.ok ? await response.json() : null;
    // An answer that comes after a later question is old.
    if (reading === null || mine !== asked) return;
    mayAcknowledge = reading.mayAcknowledge;
    if (!at('alerts').hidden) showAlerts(reading);
  }

  async function acknowledge(alert, state, service) {
    const asking = await fetch(`${root}/api/alerts/token`);
    const { header, token } = asking.ok ? await asking.json() : {};
    const of = service === undefined ? '' : `&service=${encodeURIComponent(service.name)}`;
    const answer = asking.ok ? await fetch(`${root}/api/alerts?id=${encodeURIComponent(alert.id)}${of}`, { method: 'POST', headers: { [header]: token } }) : asking;
    if (answer.ok && service !== undefined) told.add(alert.id);
    await fetchAlerts();
    showService();
    at(state).textContent = answer.ok ? `${answer.status === 202 ? 'Told to its process' : 'Acknowledged'}: ${alert.summary}` : 'It could not be acknowledged';
  }

  function take(reading) {
    services = reading.services;
    if (at('alerts').hidden && reading.openAlerts !== null) {
      at('alerts').hidden = false;
      fetchAlerts();
    } else if (mayAcknowledge === null) {
      fetchAlerts();
    }
    showServices();
    showService();
    at('state').textContent = `Live: ${new Date(reading.at).toLocaleTimeString()}`;
  }

  const events = new EventSource(`${root}/api/events`);
  events.onmessage = event => take(JSON.parse(event.data));
  events.onerror = () => { at('state').textContent = 'Not connected: the numbers are old'; };
  addEventListener('hashchange', () => {
    at('charts').replaceChildren();
    at('charts-of').hidden = true;
    at('fleet-alerts-state').textContent = '';
    showServices();
    showService();
    ['tenants-part', 'endpoints-part', 'refusals-part'].forEach(part => { at(part).hidden = true; });
    fetchHistory();
    fetchTraffic();
    at('service-name').focus();
  });
  setInterval(fetchHistory, 5000);
  setInterval(fetchAlerts, 5000);
  setInterval(fetchTraffic, 2000);
  setTimeout(fetchHistory, 1500);
})();
