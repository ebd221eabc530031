// WebRTC: with direct, the microphone and the assistant's voice; without, the video and the voice of an avatar.

const patience = 15000; // ms until there must be media

export class Media {
  #call;
  #microphone;
  #direct;
  #peer;
  #id; // of the avatar, which is another with each session
  #timer;

  constructor(call, microphone, ticket) {
    this.#call = call;
    this.#microphone = microphone;
    this.#direct = Boolean(ticket.direct);
  }

  // open begins when there is a socket. An avatar begins when the server tells of its ICE servers.
  open() {
    if (this.#direct) this.#offer([]);
  }

  take(message) {
    if (message.type === 'servers') {
      this.#id = message.id;
      this.#offer(message.servers);
    } else if (message.type === 'answer' && message.id === this.#id) {
      this.#answer(message.sdp);
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#peer?.close();
    this.#peer = undefined;
  }

  async replaceMicrophone(microphone) {
    this.#microphone = microphone;
    if (this.#direct) await this.#peer?.getSenders()[0]?.replaceTrack(microphone.getAudioTracks()[0]);
  }

  async #offer(iceServers) {
    this.close();
    let peer;
    try {
      peer = this.#peer = this.#newPeer(iceServers);
      await peer.setLocalDescription();
      await gathered(peer);
      if (peer === this.#peer) this.#call.send({type: 'offer', id: this.#id, sdp: peer.localDescription.sdp});
    } catch (error) {
      if (peer === this.#peer) this.#noMedia(error); // and not of one that was closed meanwhile
    }
  }

  #newPeer(iceServers) {
    const peer = new RTCPeerConnection({iceServers});
    const stream = new MediaStream();
    peer.ontrack = ({track}) => {
      stream.addTrack(track);
      this.#call.tell('stream', stream);
    };
    peer.onconnectionstatechange = () => this.#connection(peer.connectionState);
    if (this.#direct) {
      for (const track of this.#microphone.getAudioTracks()) peer.addTrack(track, this.#microphone);
      peer.createDataChannel('voice-live-events').onmessage = ({data}) => this.#forward(data);
    } else {
      peer.addTransceiver('video', {direction: 'recvonly'});
      peer.addTransceiver('audio', {direction: 'recvonly'});
    }
    return peer;
  }

  async #answer(sdp) {
    const peer = this.#peer;
    if (!peer) return;
    this.#timer = setTimeout(() => this.#noMedia('nothing came'), patience);
    try {
      await peer.setRemoteDescription({type: 'answer', sdp});
    } catch (error) {
      if (peer === this.#peer) this.#noMedia(error);
    }
  }

  #connection(state) {
    if (state === 'connected') {
      clearTimeout(this.#timer);
    } else if (state === 'failed') {
      this.#noMedia(state);
    }
  }

  // noMedia says what is missing. The call goes on: the server may be a simulator, which has signalling alone.
  #noMedia(cause) {
    clearTimeout(this.#timer);
    console.info('WebRTC:', cause);
    this.#call.tell('trouble', 'There is no sound: media needs the real service, and a network that lets it through.');
  }

  // forward gives the server what the service tells this page alone. The server believes none of it.
  #forward(data) {
    try {
      this.#call.send({type: 'event', event: JSON.parse(data)});
    } catch {
      // It is no event.
    }
  }
}

// gathered waits until the offer has all candidates: the service takes none later.
function gathered(peer) {
  if (peer.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 3000);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    };
  });
}
