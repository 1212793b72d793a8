export { refuseApproval, serveApprovals } from './api_routes.ts';
export { openApprovals, type Approvals, type ApprovalsOptions } from './approvals_service.ts';
export { openChannels } from './channels/service.ts';
export { isNamed } from './who.ts';
