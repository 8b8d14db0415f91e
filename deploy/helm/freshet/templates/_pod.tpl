{{- define "freshet.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "freshet.labels" -}}
app.kubernetes.io/name: freshet
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Nobody's user, nothing written, no rights of the host: compose.yaml says the same of its containers. */}}
{{- define "freshet.podSecurity" -}}
automountServiceAccountToken: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "freshet.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* The address of the database, out of the secret: a list of root context and key. */}}
{{- define "freshet.sql" -}}
{{- $root := index . 0 }}
- name: FRESHET_SQL
  valueFrom: { secretKeyRef: { name: {{ $root.Values.database.secret }}, key: {{ index . 1 }} } }
{{- end }}
