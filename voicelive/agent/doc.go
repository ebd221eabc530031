// Package agent holds a conversation between a user and the service: a voice agent.
//
// An [Agent] serves legs, such as telephone calls, each in a session of its own. It composes
// the packages leg, playback, floor, tools and transcript, which can be used alone as well:
//
//	a := &agent.Agent{
//		Client:   client,
//		Connect:  voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Instructions: new("Be brief.")}},
//		Tools:    []tools.Tool{weather},
//		Greeting: agent.Say("Hello, how can I help?"),
//	}
//	report, err := a.Serve(ctx, leg)
//
// While the conversation runs a [Conversation] is the handle on it: Agent.Begin is given it, and the
// context of a tool knows it, see [Of]. The [Report] tells at the end what happened.
//
// # What the agent sets
//
// The agent asks for the session of Connect.Session, in a copy in which it sets what is unset:
//
//	input_audio_format, input_audio_sampling_rate, output_audio_format   those of the leg; others are an error
//	turn_detection                 server_vad with the defaults of the service
//	input_audio_transcription      whisper-1 for models gpt-realtime…, azure-speech for others: without it there is no text of the user
//	output_audio_timestamp_types   word, if the voice is one of Azure's: tells which words were heard
//	tools                          those of Connect.Session, and Agent.Tools
//
// A null, such as voicelive.NullTurnDetection, is not unset, and stays.
//
// # Order
//
// An event of the service is told to the floor, to playback, to the tools, to the transcript, and then to
// Agent.HandleEvent.
//
// # Policies
//
// [Idle] prompts a silent user and hangs up at last, [Guard] cuts what the assistant must not say, Agent.Fallback is
// said in place of a response that failed, [Conversation.Collect] waits for keys of the telephone. A tool hands over to
// other instructions with tools.HandOff, and to another person with tools.Transfer, if the leg is a
// leg.Transferer. Agent.Playback pauses in place of stopping with playback.Pause.
//
// Calls of the tools of MCP servers, which Connect.Session.Tools describes, need an approval unless RequireApproval
// of the voicelive.MCPServer says otherwise. Runner.Approve decides; without it they are denied.
//
// # Without a leg
//
// [Agent.Attach] takes part in a session in text, or in one whose audio goes between a browser and the service by WebRTC. It
// has tools, the transcript, prompts, policies and the report; the service plays and interrupts.
//
// # Longer than a session
//
// The service ends a session after an hour at most, and a connection can break. The leg notices nothing
// of it: the agent opens another session, as [Rollover] says, asks for the same configuration with all updates, and
// tells it the conversation by transcript.Transcript.Items or Digest. What the user says meanwhile, and what the
// service had not taken yet, is sent again, 10 s at most. Functions go on; their results are told to the
// new session. If a response was expected or under way, it is asked for again. A Foundry agent is given its
// conversation id, and told nothing. The [Gap] tells what was lost.
//
// # Tests
//
// Package agenttest lets a user talk to an agent by a script, beside a simulator, in virtual time.
//
// # The end
//
// A conversation ends when the user hangs up, when a tool returns tools.EndCall or tools.Transfer, by
// [Conversation.End] and [Conversation.HangUp], by [Agent.Idle] and [Agent.Limits], or with the session or
// the context. The last words are heard before the agent hangs up, unless the user interrupts them.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The [ReportVersion] grows with each change of
// the report that older readers do not understand. An [Agent] serves any number of conversations at
// once; the methods of a [Conversation] and of a [Speech] may be called from any goroutine.
package agent
