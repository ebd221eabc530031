// The audio thread: it takes the microphone to the rate of the session, and the session's audio to the
// rate of the device. It counts what it plays, in samples of the session.

// A Resampler converts a stream from one rate to another with a polyphase filter (Kaiser, 80 dB).
class Resampler {
  constructor(from, to) {
    const divisor = gcd(from, to);
    this.up = to / divisor;
    this.down = from / divisor;
    if (this.up === this.down) {
      this.pass = true;
      return;
    }
    const cutoff = 0.93 * Math.min(1, to / from); // of the input's Nyquist frequency
    const half = Math.ceil(24 * Math.max(1, from / to));
    this.taps = 2 * half;
    this.table = new Float32Array(this.up * this.taps);
    for (let phase = 0; phase < this.up; phase++) {
      const row = this.table.subarray(phase * this.taps, (phase + 1) * this.taps);
      let sum = 0;
      for (let k = 0; k < this.taps; k++) {
        const t = k - half + 1 - phase / this.up;
        row[k] = sinc(cutoff * t) * kaiser(t / half);
        sum += row[k];
      }
      for (let k = 0; k < this.taps; k++) row[k] /= sum;
    }
    this.reset();
  }

  reset() {
    if (this.pass) return;
    this.history = new Float32Array(2 * this.taps); // twice, so that the latest taps are in one piece
    this.at = 0;
    this.phase = this.up; // an input is needed
  }

  // next returns the next output, or null if pull, which returns the next input, has none.
  next(pull) {
    if (this.pass) return pull();
    while (this.phase >= this.up) {
      const sample = pull();
      if (sample === null) return null;
      this.history[this.at] = this.history[this.at + this.taps] = sample;
      this.at = (this.at + 1) % this.taps;
      this.phase -= this.up;
    }
    let sum = 0;
    const row = this.phase * this.taps;
    for (let k = 0; k < this.taps; k++) sum += this.history[this.at + k] * this.table[row + k];
    this.phase += this.down;
    return sum;
  }
}

function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x) {
  return Math.abs(x) >= 1 ? 0 : bessel(8 * Math.sqrt(1 - x * x)) / bessel(8);
}

function bessel(x) {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-9; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

// The Bridge posts {audio, level} for each 20 ms of the microphone, {played, playing} while audio plays, and
// {cleared, played} when it was told to clear. It is told {audio} and {clear}.
class Bridge extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.rate = options.processorOptions.rate;
    this.capture = new Resampler(sampleRate, this.rate);
    this.packet = new Int16Array(this.rate / 50);
    this.filled = 0;
    this.energy = 0;

    this.play = new Resampler(this.rate, sampleRate);
    this.queue = []; // of Int16Array
    this.head = 0; // in the first of them
    this.last = 0; // output
    this.played = 0;
    this.reported = 0;
    this.playing = false;
    this.port.onmessage = ({data}) => this.take(data);
  }

  take(data) {
    if (data.audio) {
      this.queue.push(new Int16Array(data.audio));
    } else {
      this.queue = [];
      this.head = 0;
      this.play.reset();
      this.reported = this.played;
      this.port.postMessage({cleared: data.clear, played: this.played});
    }
  }

  process(inputs, outputs) {
    const output = outputs[0];
    this.hear(inputs[0][0], output[0].length);
    this.speak(output[0]);
    for (const channel of output.slice(1)) channel.set(output[0]);
    return true;
  }

  // hear takes the microphone. Without one there is silence: time goes on.
  hear(input, length) {
    let i = 0;
    const sound = input ?? new Float32Array(length);
    const pull = () => (i < length ? sound[i++] : null);
    for (let sample = this.capture.next(pull); sample !== null; sample = this.capture.next(pull)) {
      sample = Math.max(-1, Math.min(1, sample));
      this.energy += sample * sample;
      this.packet[this.filled++] = Math.round(sample * 32767);
      if (this.filled === this.packet.length) this.send();
    }
  }

  send() {
    const audio = this.packet.buffer;
    const level = Math.sqrt(this.energy / this.filled);
    this.packet = new Int16Array(this.filled);
    this.filled = 0;
    this.energy = 0;
    this.port.postMessage({audio, level}, [audio]);
  }

  speak(output) {
    const pull = () => this.sample();
    for (let i = 0; i < output.length; i++) {
      const sample = this.play.next(pull);
      // Where audio ends, it ends softly.
      this.last = sample === null ? this.last * 0.95 : sample;
      output[i] = this.last;
    }
    const playing = this.queue.length > 0;
    if (this.played - this.reported >= this.rate / 25 || (playing !== this.playing)) {
      this.reported = this.played;
      this.playing = playing;
      this.port.postMessage({played: this.played, playing});
    }
  }

  // sample returns the next sample of the session, or null.
  sample() {
    if (this.queue.length === 0) return null;
    const first = this.queue[0];
    const sample = first[this.head++] / 32768;
    this.played++;
    if (this.head === first.length) {
      this.queue.shift();
      this.head = 0;
    }
    return sample;
  }
}

registerProcessor('voicelive', Bridge);
