# Boot code at offset 62 of a FAT boot sector, loaded at 0x7c00: says on the serial port that the disk has booted.
.code16
.global _start
_start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw $(0x7c3e + text - _start), %si
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
    hlt
    jmp end
text:
    .asciz "\r\nBIOS booted from the disk\r\n"
