import {Call} from './call.js';

const $ = (id) => document.getElementById(id);
const names = {user: 'You', assistant: 'Assistant', tool: 'Tool'};
let call;
let noticed; // the timer of the notice
let follow = true; // the transcript shows its end

$('transcript').onscroll = ({target}) => (follow = target.scrollHeight - target.scrollTop - target.clientHeight < 40);
new ResizeObserver(scroll).observe($('transcript'));

$('start').onclick = () => {
  $('transcript').replaceChildren();
  follow = true;
  $('empty').hidden = false;
  $('latency').hidden = true;
  notice('');
  call = new Call();
  const on = (type, show) => call.addEventListener(type, ({detail}) => show(detail));
  on('state', showState);
  on('lines', showLines);
  on('level', (level) => ($('level').value = Math.min(1, 3 * level)));
  on('latency', showLatency);
  on('notice', (text) => notice(text, 10_000));
  on('trouble', notice);
  on('stream', showStream);
  call.start();
};

$('mute').onclick = () => mute(!call.muted);
$('hang-up').onclick = () => call.hangUp();
$('announce').onchange = ({target}) => $('transcript').setAttribute('aria-live', target.checked ? 'polite' : 'off');

document.addEventListener('keydown', (event) => {
  if (event.key === 'm' && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey && !$('mute').disabled) mute(!call.muted);
});

function mute(on) {
  call.mute(on);
  $('mute').setAttribute('aria-pressed', String(on));
  $('mute').textContent = on ? 'Muted' : 'Mute';
}

function showState({state, text}) {
  const busy = state !== 'ended' && state !== 'error';
  const lost = !busy && [$('hang-up'), $('mute')].includes(document.activeElement); // a disabled button has no focus
  $('status').dataset.state = state;
  $('status').textContent = text;
  $('start').disabled = busy;
  $('hang-up').disabled = !busy;
  $('mute').disabled = !busy;
  if (busy && document.activeElement === $('start')) $('hang-up').focus();
  if (busy) return;
  $('mute').setAttribute('aria-pressed', 'false');
  $('mute').textContent = 'Mute';
  $('video').hidden = true;
  $('video').srcObject = $('audio').srcObject = null;
  if (lost) $('start').focus();
}

function showLatency(ms) {
  $('latency').textContent = `Reply after ${(ms / 1000).toFixed(1)} s`;
  $('latency').hidden = false;
}

// notice shows a text for some milliseconds; without them, for as long as the call lasts.
function notice(text, duration) {
  clearTimeout(noticed);
  $('notice').textContent = text;
  $('notice').hidden = !text;
  if (duration) noticed = setTimeout(() => notice(''), duration);
}

function showStream(stream) {
  const video = stream.getVideoTracks().length > 0;
  $(video ? 'video' : 'audio').srcObject = stream;
  if (video) $('video').hidden = false;
}

function showLines({lines, removed}) {
  const list = $('transcript');
  for (const id of removed) find(id)?.remove();
  for (const line of lines) {
    const item = find(line.id) ?? document.createElement('li');
    fill(item, line);
    const before = line.after ? find(line.after) : null;
    const place = before ? before.nextSibling : list.firstChild;
    if (place !== item) list.insertBefore(item, place);
  }
  $('empty').hidden = list.children.length > 0;
  scroll();
}

function scroll() {
  if (follow) $('transcript').scrollTop = $('transcript').scrollHeight;
}

function find(id) {
  return document.querySelector(`#transcript > [data-id="${CSS.escape(id)}"]`);
}

function fill(item, line) {
  item.dataset.id = line.id;
  item.className = line.who;
  item.classList.toggle('failed', Boolean(line.failed));
  item.setAttribute('aria-busy', String(Boolean(line.pending)));
  item.replaceChildren(span('who', names[line.who]), ' ', line.text, span('mark', mark(line)));
}

function mark(line) {
  if (line.who === 'tool') return line.failed ? ' failed' : line.pending ? ' runs…' : ' done';
  if (line.failed) return ' not understood';
  if (line.interrupted) return ' — interrupted';
  return line.pending ? ' …' : '';
}

function span(name, text) {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}
