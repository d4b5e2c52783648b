(() => {
  const plain = text => (text || '').replace(/\s+/g, ' ').trim();
  const labelOf = element => plain(element.getAttribute('aria-label')) ||
    plain(element.labels && element.labels.length ? element.labels[0].textContent : '');
  const roleOf = element => {
    const given = element.getAttribute('role');
    if (given) return given;
    if (element.matches('a[href]')) return 'link';
    if (element.matches('button, input[type=submit], input[type=button], input[type=image], input[type=reset]')) return 'button';
    return null;
  };
  const cssOf = element => {
    if (element.id) return '#' + CSS.escape(element.id);
    if (element.getAttribute('name')) return `${element.localName}[name="${CSS.escape(element.getAttribute('name'))}"]`;
    return element.localName;
  };
  const targetOf = element => {
    const testId = element.getAttribute('data-testid');
    const role = roleOf(element);
    if (role) {
      const name = labelOf(element) || plain(element.innerText) || plain(element.value) || plain(element.alt) || plain(element.title);
      if (name) return {role, name};
    }
    const label = role ? '' : labelOf(element);
    if (label) return {label};
    if (testId) return {test_id: testId};
    if (element.placeholder) return {placeholder: plain(element.placeholder)};
    return {css: cssOf(element)};
  };
  const send = (what, element, more) => window.seatkeeperRecord({what, target: targetOf(element), ...more});
  const CLICKABLE = 'a[href], button, input[type=submit], input[type=button], input[type=image], summary, ' +
    '[role=button], [role=link], [role=menuitem], [role=option], [role=tab]';
  addEventListener('click', event => {
    const element = event.target.closest && event.target.closest(CLICKABLE);
    if (element && event.isTrusted) send('click', element, {});
  }, true);
  addEventListener('change', event => {
    const element = event.target;
    if (element.matches('select')) send('choose', element, {value: plain(element.selectedOptions[0] && element.selectedOptions[0].label)});
    else if (element.matches('input[type=checkbox], input[type=radio]')) send('check', element, {value: element.checked});
    else if (element.matches('input, textarea')) send('fill', element, {value: element.value, secret: element.type === 'password'});
  }, true);
})();
