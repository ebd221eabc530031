// A Call talks over a socket. It dispatches these events, whose detail is:
//
//   state    {state, text, why} connecting, live, speaking, ended or error; why of the last two is a key of endings
//   lines    {lines, removed}   of the transcript
//   level    0 to 1             of the microphone
//   latency  milliseconds
//   notice   text               for the user
//   trouble  text               that stays
//   stream   a MediaStream of the assistant, with WebRTC
//
// The state ended or error comes once, and last.

const base = new URL('.', import.meta.url);

const endings = {
  hung_up: 'The call has ended.',
  limit: 'The call has reached its time limit.',
  shutdown: 'The service is closing. Please call again later.',
  // The rest are errors.
  failed: 'Something went wrong. Please try again.',
  lost: 'The connection was lost. Press Start to call again.',
  refused: 'The call was refused. Please try again.',
  insecure: 'This browser gives pages a microphone only over https.',
  denied: 'The microphone was denied. Allow it for this page, and press Start.',
  no_microphone: 'There is no microphone that can be used.',
  no_sound: 'The browser lets this page play no sound. Press Start to try again.',
  unreachable: 'The server cannot be reached. Please try again.',
  busy: 'All lines are busy. Please try again later.',
  forbidden: 'You are not allowed to call.',
};

const patience = 10_000; // ms until sound must have started

// A Problem is an error that has a text for the user in endings.
class Problem extends Error {
  constructor(why, cause) {
    super(endings[why], {cause});
    this.why = why;
  }
}

export class Call extends EventTarget {
  #socket;
  #context;
  #microphone;
  #source; // the microphone in the context
  #bridge;
  #media; // of WebRTC
  #watch;
  #life = new AbortController(); // ends with the call
  #over = false;
  #said; // the text of the last state
  #muted = false;
  #direct = false;

  // start begins the call, once. Call it from a click, or the browser lets nothing be heard. The event state tells
  // whether it succeeds.
  async start() {
    if (this.#context || this.#over) throw new Error('A Call is started once: make a new Call for the next.');
    try {
      await this.#begin();
    } catch (error) {
      this.#end(error instanceof Problem ? error.why : 'failed', error);
    }
  }

  // begin may find after each wait that the call is over.
  async #begin() {
    this.#state('connecting', 'Asking for the microphone…');
    this.#context = new AudioContext({latencyHint: 'interactive'});
    this.#microphone = await openMicrophone();
    if (this.#over) return stop(this.#microphone);
    this.mute(this.#muted);
    this.#state('connecting', 'Connecting…');
    const ticket = await getTicket(this.#life.signal);
    this.#direct = Boolean(ticket.direct);
    if (ticket.direct || ticket.avatar) {
      const {Media} = await import('./rtc.js');
      this.#media = new Media(this, this.#microphone, ticket);
    }
    if (!this.#over) await this.#openBridge(ticket.rate);
    if (!this.#over) this.#openSocket(ticket);
  }

  hangUp() {
    this.#end('hung_up');
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

  // tell dispatches an event, unless the call is over.
  tell(type, detail) {
    if (!this.#over) this.#dispatch(type, detail);
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, {detail}));
  }

  async #openBridge(rate) {
    await this.#context.audioWorklet.addModule(new URL('worklet.js', base));
    await this.#resume();
    // A telephone call, for one, suspends the audio of a page.
    const resume = () => {
      if (!this.#over && this.#context.state !== 'running') this.#context.resume().catch(() => {});
    };
    this.#context.onstatechange = resume;
    document.addEventListener('visibilitychange', resume, {signal: this.#life.signal});
    this.#bridge = new AudioWorkletNode(this.#context, 'voicelive', {
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
      processorOptions: {rate},
    });
    this.#bridge.port.onmessage = ({data}) => this.#fromBridge(data);
    this.#bridge.connect(this.#context.destination);
    this.#connectMicrophone();
  }

  #connectMicrophone() {
    this.#source?.disconnect();
    this.#source = this.#context.createMediaStreamSource(this.#microphone);
    this.#source.connect(this.#bridge);
    this.#microphone.getAudioTracks()[0].onended = () => this.#replaceMicrophone();
  }

  // replaceMicrophone goes on with another microphone: a headset was pulled out, for one.
  async #replaceMicrophone() {
    try {
      const microphone = await openMicrophone();
      if (this.#over) return stop(microphone);
      this.#microphone = microphone;
      this.mute(this.#muted);
      this.#connectMicrophone();
      await this.#media?.replaceMicrophone(microphone);
    } catch (error) {
      console.info(error);
      this.tell('trouble', 'The microphone is gone. Hang up, and press Start when there is one.');
    }
  }

  // resume starts the sound. The browser says nothing if it waits for a click.
  async #resume() {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Problem('no_sound')), patience);
    });
    try {
      await Promise.race([this.#context.resume(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #fromBridge(data) {
    if (data.audio) {
      this.tell('level', data.level);
      // While the network takes nothing, two seconds wait; what is older than that is of no use.
      if (!this.#direct && this.#socket?.readyState === WebSocket.OPEN && this.#socket.bufferedAmount < 100 * data.audio.byteLength) {
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
    if (on) this.#state('speaking', 'The assistant speaks.');
    else this.#state('live', 'Listening.');
  }

  #openSocket(ticket) {
    const url = new URL('socket', base);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocket(url, ['voicelive.v1', ticket.ticket]);
    this.#socket.binaryType = 'arraybuffer';
    let opened = false;
    this.#alive(ticket.silence_ms);
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
      if (code === 1000) this.#end('hung_up');
      else this.#end(opened ? 'lost' : 'refused');
    };
  }

  // alive notes that there is a server.
  #alive(silence) {
    clearTimeout(this.#watch);
    if (!this.#over) this.#watch = setTimeout(() => this.#end('lost'), silence);
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
        this.#end(message.why);
        break;
      default:
        this.#media?.take(message);
    }
  }

  #state(state, text) {
    if (text === this.#said) return;
    this.#said = text;
    this.tell('state', {state, text});
  }

  // end ends the call, once, and lets go of everything.
  #end(why, cause) {
    if (this.#over) return;
    this.#over = true;
    if (cause) console.info(cause);
    clearTimeout(this.#watch);
    this.#life.abort();
    this.#media?.close();
    if (this.#microphone) stop(this.#microphone);
    this.#socket?.close(1000);
    this.#context?.close();
    this.#dispatch('level', 0);
    const state = ['hung_up', 'limit', 'shutdown'].includes(why) ? 'ended' : 'error';
    this.#dispatch('state', {state, text: endings[why], why});
  }
}

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

async function openMicrophone() {
  if (!navigator.mediaDevices) throw new Problem('insecure');
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: {echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1},
    });
  } catch (error) {
    throw new Problem(error.name === 'NotAllowedError' ? 'denied' : 'no_microphone', error);
  }
}

async function getTicket(signal) {
  let reply;
  try {
    reply = await fetch(new URL('ticket', base), {method: 'POST', signal});
  } catch (error) {
    throw new Problem('unreachable', error);
  }
  if (reply.status === 503) throw new Problem('busy');
  // A redirection leads to a page to log in.
  if (reply.redirected || reply.status === 401 || reply.status === 403) throw new Problem('forbidden');
  if (!reply.ok) throw new Problem('unreachable', reply.status);
  return reply.json();
}
