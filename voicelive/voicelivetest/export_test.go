package voicelivetest

var (
	UlawEncode, UlawDecode = ulawEncode, ulawDecode
	AlawEncode, AlawDecode = alawEncode, alawDecode
)
