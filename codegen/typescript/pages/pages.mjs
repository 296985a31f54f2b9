export const pages = () => ({})
