# sqlwright as a service. A project, with its tuned model and its keys, is mounted at /project:
#   docker build --target cpu -t sqlwright .        # or --target cuda
#   docker run -v ./shop:/project -p 8000:8000 sqlwright
FROM python:3.12-slim AS base
ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1
RUN useradd --create-home --uid 1000 sqlwright
WORKDIR /project
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz')"]
ENTRYPOINT ["sqlwright"]
CMD ["serve", "--host", "0.0.0.0"]

FROM base AS cuda
RUN --mount=type=bind,target=/src pip install "/src[serve,qlora]"
USER 1000

# With --build-arg TORCH_INDEX=... , PyTorch's index of builds for CPUs, the image is a fraction of the size: of equal
# versions, pip takes the one that is marked as such a build.
FROM base AS cpu
ARG TORCH_INDEX=""
# hadolint ignore=DL3013
RUN --mount=type=bind,target=/src pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} "/src[serve]"
USER 1000
