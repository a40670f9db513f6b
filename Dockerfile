# Two stages: everything is built from the hashed locks, then only the finished environment is carried over.
ARG PYTHON=3.13-slim

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements ./requirements
# node: the build fetches the browser's barcode reader with npm; nothing of Node is in the finished image
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt -r requirements/node.txt \
 && python -m venv /opt/vialcheck && /opt/vialcheck/bin/pip install --require-hashes -r requirements/run.txt
COPY . .
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
 && /opt/vialcheck/bin/pip install --no-index --no-deps /dist/*.whl

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin vialcheck \
 && install -d -o vialcheck -g vialcheck -m 0750 /data
COPY --from=build /opt/vialcheck /opt/vialcheck
ENV PATH=/opt/vialcheck/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VIALCHECK_HOST=0.0.0.0 \
    VIALCHECK_PORT=8000 \
    VIALCHECK_DATA=/data
USER vialcheck
WORKDIR /data
VOLUME /data
EXPOSE 8000
# /ready makes a check and writes to the database; it fails while either cannot be done
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['VIALCHECK_PORT']}/ready\", timeout=4)"]
ENTRYPOINT ["vialcheck"]
CMD ["serve"]
