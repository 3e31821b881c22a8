//go:build gc

#include "textflag.h"

// func returnPCs() (pc, next uintptr)
TEXT ·returnPCs(SB), NOSPLIT|NOFRAME, $0-16
	MOVQ 8(BP), AX
	MOVQ AX, pc+0(FP)
	MOVQ (BP), AX
	MOVQ 8(AX), AX
	MOVQ AX, next+8(FP)
	RET
