# An UEFI application in position independent code: says on the serial port that the disk has booted.
.code64
.global _start
_start:
    leaq text(%rip), %rsi
next:
    lodsb
    testb %al, %al
    jz end
    movb %al, %bl
    movw $0x3fd, %dx            # line status: wait for an empty transmitter
wait:
    inb %dx, %al
    testb $0x20, %al
    jz wait
    movw $0x3f8, %dx
    movb %bl, %al
    outb %al, %dx
    jmp next
end:
    pause
    jmp end
text:
    .asciz "\r\nUEFI booted from the disk\r\n"
