// A Call talks over a socket. It dispatches these events, whose detail is:
//
//   state    {state, text}    connecting, live, speaking, ended or error
//   lines    {lines, removed} of the transcript
//   level    0 to 1           of the microphone
//   latency  milliseconds
//   notice   text             for the user
//   trouble  text             that stays
//   stream   a MediaStream of the assistant, with WebRTC

const base = new URL('.', import.meta.url);

const endings = {
  hung_up: 'The call has ended.',
  limit: 'The call has reached its time limit.',
  shutdown: 'The service is closing. Please call again later.',
  failed: 'Something went wrong. Please try again.',
  lost: 'The connection was lost. Press Start to call again.',
  refused: 'The call was refused. Please try again.',
};

// A Problem is an error with a text for the user.
class Problem extends Error {}

export class Call extends EventTarget {
  #socket;
  #context;
  #microphone;
  #bridge;
  #media; // of WebRTC
  #watch;
  #listening = new AbortController(); // of events of the document
  #over = false;
  #muted = false;
  #direct = false;

  // start begins the call. Call it from a click, or the browser lets nothing be heard.
  async start() {
    try {
      this.#state('connecting', 'Asking for the microphone…');
      this.#context = new AudioContext({latencyHint: 'interactive'});
      this.#microphone = await openMicrophone();
      this.mute(this.#muted);
      this.#state('connecting', 'Connecting…');
      const ticket = await getTicket();
      this.#direct = Boolean(ticket.direct);
      if (!this.#over && (ticket.direct || ticket.avatar)) {
        const {Media} = await import('./rtc.js');
        this.#media = new Media(this, this.#microphone, ticket);
      }
      if (!this.#over) await this.#openBridge(ticket.rate);
      if (!this.#over) await this.#openSocket(ticket);
    } catch (error) {
      this.#end('error', error instanceof Problem ? error.message : endings.failed, error);
    }
  }

  hangUp() {
    this.#end('ended', endings.hung_up);
  }

  get muted() {
    return this.#muted;
  }

  // mute sends silence in place of the microphone, or ends that.
  mute(on) {
    this.#muted = on;
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !on;
  }

  // send sends a message to the server. It is for rtc.js.
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  // tell dispatches an event.
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, {detail}));
  }

  async #openBridge(rate) {
    await this.#context.audioWorklet.addModule(new URL('worklet.js', base));
    await this.#context.resume();
    // A telephone call, for one, suspends the audio of a page.
    const resume = () => {
      if (!this.#over && this.#context.state !== 'running') this.#context.resume().catch(() => {});
    };
    this.#context.onstatechange = resume;
    document.addEventListener('visibilitychange', resume, {signal: this.#listening.signal});
    this.#bridge = new AudioWorkletNode(this.#context, 'voicelive', {
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
      processorOptions: {rate},
    });
    this.#bridge.port.onmessage = ({data}) => this.#fromBridge(data);
    this.#context.createMediaStreamSource(this.#microphone).connect(this.#bridge).connect(this.#context.destination);
    this.#microphone.getAudioTracks()[0].onended = () => this.tell('trouble', 'The microphone is gone.');
  }

  #fromBridge(data) {
    if (data.audio) {
      this.tell('level', data.level);
      // While the network takes nothing, two seconds wait; what is older than that is of no use.
      if (!this.#direct && this.#socket?.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < 2 * 100 * data.audio.byteLength) {
        this.#socket.send(data.audio);
      }
      return;
    }
    if (data.cleared) {
      this.send({type: 'cleared', id: data.cleared, samples: data.played});
      return;
    }
    this.send({type: 'played', samples: data.played});
    this.#talking(data.playing);
  }

  #talking(on) {
    if (this.#over) return;
    if (on) this.#state('speaking', 'The assistant speaks.');
    else this.#state('live', 'Listening.');
  }

  #openSocket(ticket) {
    const url = new URL('socket', base);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocket(url, ['voicelive.v1', ticket.ticket]);
    this.#socket.binaryType = 'arraybuffer';
    let opened = false;
    this.#socket.onopen = () => {
      opened = true;
      this.#talking(false);
      this.#alive(ticket.silence_ms);
      this.#media?.open();
    };
    this.#socket.onmessage = ({data}) => {
      this.#alive(ticket.silence_ms);
      if (typeof data === 'string') this.#take(JSON.parse(data));
      else this.#bridge.port.postMessage({audio: data}, [data]);
    };
    this.#socket.onclose = ({code}) => {
      if (code === 1000) this.#end('ended', endings.hung_up);
      else this.#end('error', opened ? endings.lost : endings.refused);
    };
  }

  // alive notes that there is a server.
  #alive(silence) {
    clearTimeout(this.#watch);
    if (!this.#over) this.#watch = setTimeout(() => this.#end('error', endings.lost), silence);
  }

  #take(message) {
    switch (message.type) {
      case 'clear':
        this.#bridge.port.postMessage({clear: message.id});
        break;
      case 'lines':
        this.tell('lines', {lines: message.lines ?? [], removed: message.removed ?? []});
        break;
      case 'latency':
        this.tell('latency', message.ms);
        break;
      case 'notice':
        this.tell('notice', message.text);
        break;
      case 'end':
        this.#end(message.why === 'failed' ? 'error' : 'ended', endings[message.why] ?? endings.hung_up);
        break;
      default:
        this.#media?.take(message);
    }
  }

  #state(state, text) {
    this.tell('state', {state, text});
  }

  // end ends the call, once, and lets go of everything.
  #end(state, text, cause) {
    if (this.#over) return;
    this.#over = true;
    if (cause) console.info(cause);
    clearTimeout(this.#watch);
    this.#listening.abort();
    this.#media?.close();
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#socket?.close(1000);
    this.#context?.close();
    this.tell('level', 0);
    this.#state(state, text);
  }
}

async function openMicrophone() {
  if (!navigator.mediaDevices) throw new Problem('This browser gives pages a microphone only over https.');
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1},
    });
  } catch (error) {
    if (error.name === 'NotAllowedError') throw new Problem('The microphone was denied. Allow it for this page, and press Start.');
    throw new Problem('There is no microphone that can be used.');
  }
}

async function getTicket() {
  let reply;
  try {
    reply = await fetch(new URL('ticket', base), {method: 'POST'});
  } catch {
    throw new Problem('The server cannot be reached. Please try again.');
  }
  if (reply.status === 503) throw new Problem('All lines are busy. Please try again later.');
  if (!reply.ok) throw new Problem('You are not allowed to call.');
  return reply.json();
}
