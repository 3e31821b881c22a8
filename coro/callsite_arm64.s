//go:build gc

#include "textflag.h"

// func returnPCs() (pc, next uintptr)
TEXT ·returnPCs(SB), NOSPLIT|NOFRAME, $0-16
	MOVD 8(R29), R0
	MOVD R0, pc+0(FP)
	MOVD (R29), R0
	MOVD 8(R0), R0
	MOVD R0, next+8(FP)
	RET
