//go:build cgo

package device

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/gen2brain/malgo"
)

// backendNull is ma_backend_null. It is behind ma_backend_custom, which malgo does not count.
const backendNull = malgo.BackendNull + 1

// connect reaches the sound system, or one without devices. The function that it returns ends that.
func connect(null bool) (*malgo.AllocatedContext, func(), error) {
	backends := []malgo.Backend{backendNull}
	if !null {
		backends = nil // without an explicit list, a machine without sound would get the null backend
		for b := malgo.Backend(malgo.BackendWasapi); b <= malgo.BackendWebaudio; b++ {
			backends = append(backends, b)
		}
	}
	context, err := malgo.InitContext(backends, malgo.ContextConfig{}, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("there is no sound system: %w", err)
	}
	return context, func() {
		context.Uninit()
		context.Free()
	}, nil
}

func list(null bool) (microphones, speakers []Info, err error) {
	context, disconnect, err := connect(null)
	if err != nil {
		return nil, nil, fmt.Errorf("device: %w", err)
	}
	defer disconnect()
	if microphones, err = infos(context, malgo.Capture); err != nil {
		return nil, nil, fmt.Errorf("device: listing the microphones: %w", err)
	}
	if speakers, err = infos(context, malgo.Playback); err != nil {
		return nil, nil, fmt.Errorf("device: listing the loudspeakers: %w", err)
	}
	return microphones, speakers, nil
}

func infos(context *malgo.AllocatedContext, kind malgo.DeviceType) ([]Info, error) {
	devices, err := context.Devices(kind)
	list := make([]Info, 0, len(devices))
	for _, d := range devices {
		list = append(list, Info{ID: d.ID.String(), Name: d.Name(), Default: d.IsDefault != 0})
	}
	return list, err
}

// start opens and starts both devices. The functions are called on threads of the sound system: fill for audio to play, put
// with audio that was recorded, stopped when a device stops by itself. stop waits until none of them runs.
func start(o *Options, rate int, fill, put func([]byte), stopped func()) (stop func(), err error) {
	context, disconnect, err := connect(o.Null)
	if err != nil {
		return nil, err
	}
	speaker, err := open(context, malgo.Playback, o.Speaker, rate, malgo.DeviceCallbacks{
		Data: func(out, _ []byte, _ uint32) { fill(out) },
		Stop: stopped,
	})
	if err != nil {
		disconnect()
		return nil, fmt.Errorf("the loudspeaker: %w", err)
	}
	microphone, err := open(context, malgo.Capture, o.Microphone, rate, malgo.DeviceCallbacks{
		Data: func(_, in []byte, _ uint32) { put(in) },
		Stop: stopped,
	})
	if err != nil {
		speaker.Uninit()
		disconnect()
		return nil, fmt.Errorf("the microphone: %w", err)
	}
	return func() {
		microphone.Uninit()
		speaker.Uninit()
		disconnect()
	}, nil
}

// open opens the device with this ID or name, and starts it.
func open(context *malgo.AllocatedContext, kind malgo.DeviceType, name string, rate int, callbacks malgo.DeviceCallbacks) (*malgo.Device, error) {
	config := malgo.DefaultDeviceConfig(kind)
	config.SampleRate = uint32(rate)
	config.PeriodSizeInMilliseconds = uint32(period.Milliseconds())
	config.Periods = periods
	side := &config.Playback
	if kind == malgo.Capture {
		side = &config.Capture
	}
	side.Format, side.Channels = malgo.FormatS16, 1
	if name != "" {
		id, err := find(context, kind, name)
		if err != nil {
			return nil, err
		}
		var pinner runtime.Pinner // C reads the ID while the device is opened
		pinner.Pin(id)
		defer pinner.Unpin()
		side.DeviceID = unsafe.Pointer(id)
	}
	device, err := malgo.InitDevice(context.Context, config, callbacks)
	if err != nil {
		return nil, err
	}
	if err := device.Start(); err != nil {
		device.Uninit()
		return nil, err
	}
	return device, nil
}

func find(context *malgo.AllocatedContext, kind malgo.DeviceType, name string) (*malgo.DeviceID, error) {
	devices, err := context.Devices(kind)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		if d.ID.String() == name || d.Name() == name {
			return &d.ID, nil
		}
	}
	return nil, fmt.Errorf("there is none with the ID or name %q", name)
}
