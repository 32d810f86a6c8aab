/** `service.namespace` of Sonde's own services: shown apart, and never counted as somebody's. */
export const OWN_NAMESPACE = 'sonde';
