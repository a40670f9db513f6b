# Two stages: everything is built from the hashed locks, then only the finished environment is carried over.
# Behind a proxy that reads TLS: docker build --build-arg CA="$(cat ca.pem)" . ; where the service itself talks to
# servers of that CA, run it with SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt.
ARG PYTHON=3.13-slim
ARG CA=""

FROM python:${PYTHON} AS build
ARG CA
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN [ -z "$CA" ] || { printf '%s\n' "$CA" > /usr/local/share/ca-certificates/build.crt && update-ca-certificates; }
WORKDIR /src
COPY requirements ./requirements
# ocr: run.txt and what reads the print in photos, with its models
# node: the build fetches the browser's barcode reader with npm; nothing of Node is in the finished image
RUN [ -z "$CA" ] || export PIP_CERT=/etc/ssl/certs/ca-certificates.crt; \
    python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt -r requirements/node.txt \
 && python -m venv /opt/vialcheck && /opt/vialcheck/bin/pip install --require-hashes -r requirements/ocr.txt
COPY . .
RUN [ -z "$CA" ] || export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt; \
    /opt/build/bin/python -m hatchling build -t wheel -d /dist \
 && /opt/vialcheck/bin/pip install --no-index --no-deps /dist/*.whl

FROM python:${PYTHON}
ARG CA
RUN [ -z "$CA" ] || { printf '%s\n' "$CA" > /usr/local/share/ca-certificates/build.crt && update-ca-certificates; }
RUN groupadd --system --gid 10001 vialcheck \
 && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin vialcheck \
 && install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=build /opt/vialcheck /opt/vialcheck
ENV PATH=/opt/vialcheck/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VIALCHECK_HOST=0.0.0.0 \
    VIALCHECK_PORT=8000 \
    VIALCHECK_DATA=/data
# by number: an orchestrator that asks for a user other than root cannot look a name up
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# /ready makes a check and writes to the database; it fails while either cannot be done
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['VIALCHECK_PORT']}/ready\", timeout=4)"]
ENTRYPOINT ["vialcheck"]
CMD ["serve"]
