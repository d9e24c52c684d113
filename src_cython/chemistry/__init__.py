"""Copy numbers, channels, the clock, what a firing does, binding candidates, rate laws."""
