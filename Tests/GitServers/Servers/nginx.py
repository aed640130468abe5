"""nginx before `git http-backend`, as git-http-backend(1) sets it up: nginx.py FOLDER ROOT.

/open/... needs no login and may be pushed to, /read/... needs none and refuses pushes, /locked/... needs ada:secret.
Writes below FOLDER only; prints its port.
"""
import os
import socket
import subprocess
import sys

folder, root = sys.argv[1:]
environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
home = subprocess.run(["git", "--exec-path"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
# Both programs take sockets that listen already, so nobody has to wait for them.
web = socket.create_server(("127.0.0.1", 0))
port = web.getsockname()[1]
gateway = socket.socket(socket.AF_UNIX)
gateway.bind(f"{folder}/gateway.sock")
gateway.listen(64)

with open(f"{folder}/users", "w") as users:
    users.write("ada:{PLAIN}secret\n")
backend = f"""
    fastcgi_pass unix:{folder}/gateway.sock;
    fastcgi_param SCRIPT_FILENAME {home}/git-http-backend;
    fastcgi_param GIT_PROJECT_ROOT {root};
    fastcgi_param GIT_HTTP_EXPORT_ALL 1;
    fastcgi_param GIT_CONFIG_GLOBAL /dev/null;
    fastcgi_param GIT_CONFIG_SYSTEM /dev/null;
    fastcgi_param PATH_INFO $repo;
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_TYPE $content_type;
    fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param REMOTE_ADDR $remote_addr;
"""
with open(f"{folder}/nginx.conf", "w") as configuration:
    configuration.write(f"""
{"user root;" if os.getuid() == 0 else ""}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/fastcgi;
  proxy_temp_path {folder}/proxy;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/open(?<repo>/.*)$ {{
      fastcgi_param REMOTE_USER ada;
      {backend}
    }}
    location ~ ^/read(?<repo>/.*)$ {{
      {backend}
    }}
    location ~ ^/locked(?<repo>/.*)$ {{
      auth_basic git;
      auth_basic_user_file {folder}/users;
      fastcgi_param REMOTE_USER $remote_user;
      {backend}
    }}
  }}
}}
""")
subprocess.Popen(["fcgiwrap", "-c", "4"], stdin=gateway, env=environment)
# How nginx hands its sockets to its successor.
server = subprocess.Popen(
    ["nginx", "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"], pass_fds=[web.fileno()],
    env={**environment, "NGINX": f"{web.fileno()};"})
print("port", port, flush=True)
sys.exit(server.wait())
