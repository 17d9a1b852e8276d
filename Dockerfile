# The gateway as a container: docker build -t tributary .
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir -p /var/lib/tributary /etc/tributary && chown node:node /var/lib/tributary
USER node
EXPOSE 5433
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve", "-c", "/etc/tributary/tributary.yaml"]
