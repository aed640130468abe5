"""The manifest of the machine under test, with the ways to say what it boots."""

from story import MAC

HEAD = f"""\
# node-01, under the desk
apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata:
  name: node-01
  namespace: lab
spec:
  interfaces:
    - dhcp:
        mac: {MAC}
        hostname: node-01
        ip: {{address: 10.10.20.101, netmask: 255.255.255.0}}
      netboot:
        allowPXE: false        # Bootlatch turns this off after an install
        allowWorkflow: false
"""

OSIE = """\
        osie:
          kernel: vmlinuz
          initrd: initrd
          kernelParams: ["console=ttyS0", "hook={{hookURL}}", "image={{artifacts}}/disk.img"]
"""

SCRIPT = """\
        ipxe:
          contents: |
            #!ipxe
            kernel {{artifacts}}/vmlinuz initrd=initrd console=ttyS0 hook={{hookURL}} image={{artifacts}}/disk.img
            initrd --name initrd {{artifacts}}/initrd
            boot
"""
