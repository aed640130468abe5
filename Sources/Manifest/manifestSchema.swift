/// JSON Schema (draft 2020-12) of `BootPolicy` and `BootProfile`, `bootlatch.dev/v1`, for editors to complete and check.
///
/// It is no stricter than the decoder. `examples` are values that the decoder takes.
package let manifestSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "https://bootlatch.dev/schema/v1.json",
      "title": "bootlatch.dev/v1",
      "oneOf": [{"$ref": "#/$defs/BootPolicy"}, {"$ref": "#/$defs/BootProfile"}],
      "$defs": {
        "metadata": {
          "type": "object",
          "required": ["name"],
          "properties": {"name": {"type": "string", "minLength": 1}}
        },
        "duration": {
          "description": "Days, hours, minutes and seconds: 24h, 30m, 90s, 7d, 1h30m",
          "type": "string",
          "pattern": "^([0-9]+[dhms])+$"
        },
        "texts": {
          "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        },
        "BootPolicy": {
          "description": "Which hosts may netboot, how often, for how long, and what they boot",
          "type": "object",
          "additionalProperties": false,
          "required": ["apiVersion", "kind", "metadata", "spec"],
          "properties": {
            "apiVersion": {"const": "bootlatch.dev/v1"},
            "kind": {"const": "BootPolicy"},
            "metadata": {"$ref": "#/$defs/metadata"},
            "spec": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "selector": {
                  "description": "All parts must match; empty selects every host",
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "matchLabels": {
                      "type": "object",
                      "additionalProperties": {"type": "string"},
                      "examples": [{"site": "berlin"}]
                    },
                    "names": {
                      "description": "name or namespace/name, globs",
                      "type": "array",
                      "items": {"type": "string"},
                      "examples": [["node-*"]]
                    },
                    "paths": {
                      "description": "The manifest's file, globs",
                      "type": "array",
                      "items": {"type": "string"},
                      "examples": [["inventory/rack1/*"]]
                    }
                  }
                },
                "netboot": {"enum": ["allow", "never"], "examples": ["allow", "never"]},
                "suspend": {
                  "description": "A maintenance stop and its reason; no other policy lifts it",
                  "type": "string",
                  "examples": ["switch upgrade"]
                },
                "introduce": {
                  "description": "What an unknown MAC gets in the network of an armed host that has no MAC yet; nothing by default",
                  "enum": ["loader", "nothing"],
                  "examples": ["loader", "nothing"]
                },
                "profile": {
                  "description": "The name of a BootProfile",
                  "type": "string",
                  "examples": ["ubuntu"]
                },
                "attempts": {
                  "description": "Boots with the kernel served whole (1), and without (3)",
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "full": {"type": "integer", "minimum": 1, "examples": [1]},
                    "early": {"type": "integer", "minimum": 1, "examples": [3]}
                  }
                },
                "expireAfter": {
                  "description": "The permission ends by itself; a minute or more, 24h by default",
                  "$ref": "#/$defs/duration",
                  "examples": ["24h", "1h30m"]
                },
                "outdatedAfter": {
                  "description": "Refuse when the repo could not be read for so long; a minute or more, 1h by default",
                  "$ref": "#/$defs/duration",
                  "examples": ["10m"]
                },
                "freeze": {
                  "description": "Windows in which nothing netboots",
                  "type": "array",
                  "items": {"oneOf": [{"$ref": "#/$defs/once"}, {"$ref": "#/$defs/weekly"}]},
                  "examples": [
                    [{"from": "2026-12-20T00:00:00Z", "until": "2027-01-03T00:00:00+01:00", "reason": "holidays"}],
                    [{"every": ["Fri", "Sat"], "from": "18:00", "until": "06:00", "zone": "Europe/Paris", "reason": "rest"}]
                  ]
                },
                "require": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "serial": {
                      "description": "The machine shows the serial number of its manifest's labels",
                      "type": "boolean",
                      "examples": [true]
                    },
                    "uuid": {
                      "description": "The machine shows the UUID of its manifest's labels",
                      "type": "boolean",
                      "examples": [false]
                    },
                    "armID": {
                      "description": "Only a changed annotation bootlatch.dev/arm arms",
                      "type": "boolean",
                      "examples": [true]
                    },
                    "signedBy": {
                      "description": "Names of the file of allowed signers; one of them signed the commit that arms",
                      "type": "array",
                      "minItems": 1,
                      "items": {"type": "string"},
                      "examples": [["ops"]]
                    }
                  }
                },
                "refuse": {
                  "description": "How a machine is refused so that it boots its disk",
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "pxe": {
                      "enum": ["auto", "silent", "offer", "tftpError", "loader"],
                      "examples": ["auto", "silent", "offer", "tftpError", "loader"]
                    },
                    "http": {
                      "enum": ["auto", "silent", "404", 404, "loader"],
                      "examples": ["auto", "silent", "404", 404, "loader"]
                    },
                    "bios": {"$ref": "#/$defs/steps", "examples": [["sanboot:0x80", "exit"]]},
                    "uefi": {"$ref": "#/$defs/steps", "examples": [["grub-local", "exit:1", "poweroff", "#!ipxe\nexit"]]}
                  }
                },
                "limits": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "armedAtOnce": {
                      "description": "Armed hosts beyond it wait until an older arming is spent",
                      "type": "integer",
                      "minimum": 1,
                      "examples": [10]
                    },
                    "armedPerCommit": {
                      "description": "A commit that arms more hosts is held whole; 10 by default",
                      "type": "integer",
                      "minimum": 1,
                      "examples": [5]
                    }
                  }
                }
              }
            }
          }
        },
        "once": {
          "type": "object",
          "additionalProperties": false,
          "required": ["from", "until"],
          "properties": {
            "from": {"type": "string"},
            "until": {"type": "string"},
            "reason": {"type": "string"}
          }
        },
        "weekly": {
          "description": "By the clocks of a zone; until at or before from is the next day's",
          "type": "object",
          "additionalProperties": false,
          "required": ["every", "from", "until", "zone"],
          "properties": {
            "every": {
              "type": "array",
              "minItems": 1,
              "items": {"enum": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}
            },
            "from": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"},
            "until": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"},
            "zone": {"type": "string"},
            "reason": {"type": "string"}
          }
        },
        "steps": {
          "description": "Tried in order: sanboot:DRIVE, exit, exit:STATUS, grub-local, poweroff, or a script",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^(sanboot:(0x)?[0-9a-fA-F]+|exit(:[0-9]+)?|grub-local|poweroff|#!ipxe[\\s\\S]*)$"
          }
        },
        "BootProfile": {
          "description": "What a machine boots whose manifest does not say: a kernel, or a script",
          "type": "object",
          "additionalProperties": false,
          "required": ["apiVersion", "kind", "metadata", "spec"],
          "properties": {
            "apiVersion": {"const": "bootlatch.dev/v1"},
            "kind": {"const": "BootProfile"},
            "metadata": {"$ref": "#/$defs/metadata"},
            "spec": {
              "type": "object",
              "additionalProperties": false,
              "oneOf": [{"required": ["kernel"]}, {"required": ["ipxe"]}],
              "properties": {
                "kernel": {
                  "description": "Below boot.http.artifacts, or an http(s) URL",
                  "type": "string",
                  "examples": ["hook/vmlinuz"]
                },
                "initrd": {"$ref": "#/$defs/texts", "examples": ["hook/initrd", ["hook/initrd", "more"]]},
                "args": {"$ref": "#/$defs/texts", "examples": [["console=ttyS0", "hook={{hookURL}}"]]},
                "ipxe": {"description": "A script", "type": "string", "examples": ["#!ipxe\nexit"]},
                "answers": {
                  "description": "Templates that an installer fetches below {{answerURL}}: names, with paths in the repo",
                  "type": "object",
                  "propertyNames": {"pattern": "^[^/]+$"},
                  "additionalProperties": {"type": "string", "pattern": "^[^/](.*[^/])?$"},
                  "examples": [{"user-data": "templates/ubuntu/user-data.mustache"}]
                }
              }
            }
          }
        }
      }
    }
    """#
