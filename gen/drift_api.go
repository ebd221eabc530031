package gen

func compareAPI(r *DriftReport, in DriftInput) error { return nil }
