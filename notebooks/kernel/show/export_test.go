package show

var Rounds = rounds{}.Ticks
