"""Who stands at the desk and who calls: visits, identity checks, phone notes, drafts."""

import django.contrib.postgres.fields
import django.db.models.deletion
import guanjia.core.database.fields
import guanjia.core.sealing.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_second_person'),
        ('estate', '0002_document_attachment'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField(verbose_name='日期')),
                ('number', models.PositiveIntegerField(verbose_name='序号')),
                ('visitor_name', models.CharField(blank=True, max_length=60, verbose_name='来访者')),
                ('capacity', models.CharField(blank=True, choices=[('owner', '业主'), ('co_owner', '共有人'), ('developer', '开发商'), ('tenant', '租户'), ('household_member', '家属'), ('agent', '代办人')], max_length=20, verbose_name='身份')),
                ('purposes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('payment', '缴费'), ('request', '报事'), ('release', '放行'), ('fit_out', '装修'), ('access_card', '门禁卡'), ('move_in', '入住更名'), ('enquiry', '咨询'), ('other', '其他')], max_length=20), size=None, verbose_name='来意')),
                ('checked_how', models.CharField(choices=[('none', '未核验'), ('document', '证件原件'), ('owner_file', '业主档案'), ('phone', '电话业主'), ('power_of_attorney', '委托书')], default='none', max_length=20, verbose_name='核验')),
                ('checked_at', models.DateTimeField(null=True)),
                ('place', models.CharField(blank=True, max_length=40, verbose_name='柜台')),
                ('state', models.CharField(choices=[('active', '接待中'), ('held', '挂起'), ('finished', '完成')], max_length=10, verbose_name='状态')),
                ('started_at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('waiting_for', models.CharField(blank=True, max_length=60, verbose_name='等什么')),
                ('page', models.CharField(blank=True, max_length=200)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenure', guanjia.core.database.fields.CommunityForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.tenure')),
                ('unit', guanjia.core.database.fields.CommunityForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.unit')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state', 'finished'), _negated=True), fields=['community', 'since'], name='reception_visit_open'),
                    models.Index(fields=['community', 'unit', '-started_at'], name='reception_visit_unit'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('community', 'business_date', 'number'), name='reception_visit_number'),
                    models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('community', 'owner'), name='reception_one_active'),
                    models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'finished')), models.Q(('finished_at', None), ('state__in', ('active', 'held'))), _connector='OR'), name='reception_visit_state'),
                    models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None), ('checked_how', 'none')), models.Q(models.Q(('checked_how', 'none'), _negated=True), ('checked_at__isnull', False)), _connector='OR'), name='reception_visit_checked'),
                    models.CheckConstraint(condition=models.Q(('tenure', None), models.Q(('unit__isnull', False), ('visitor_name', '')), _connector='OR'), name='reception_visit_who'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PhoneNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField(verbose_name='日期')),
                ('number', models.PositiveIntegerField(verbose_name='序号')),
                ('state', models.CharField(choices=[('ringing', '未接'), ('later', '稍后回拨'), ('answered', '通话中'), ('saved', '已记录'), ('dropped', '不记录')], max_length=10, verbose_name='状态')),
                ('phone', guanjia.core.sealing.fields.SealedTextField(null=True, purpose='note.phone', verbose_name='来电号码')),
                ('phone_index', guanjia.core.sealing.fields.BlindIndexField(null=True)),
                ('caller_name', models.CharField(blank=True, max_length=60, verbose_name='对方姓名')),
                ('is_guess', models.BooleanField(default=False)),
                ('about', models.CharField(blank=True, max_length=500, verbose_name='来意')),
                ('steps', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('greet', '报单位、问候'), ('name', '问清对方姓名'), ('purpose', '问来意'), ('confirm', '复述确认'), ('close', '礼貌道别'), ('hang_up', '等对方先挂')], max_length=10), default=list, size=None)),
                ('rang_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('callback_by', models.DateTimeField(null=True, verbose_name='回电时限')),
                ('called_back_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=200, verbose_name='回电结果')),
                ('called_back_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', guanjia.core.database.fields.CommunityForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.unit')),
                ('visit', guanjia.core.database.fields.CommunityForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='reception.visit')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state__in', ('ringing', 'later', 'answered'))), fields=['community', 'rang_at'], name='reception_note_open'),
                    models.Index(condition=models.Q(('callback_by__isnull', False), ('called_back_at', None)), fields=['community', 'callback_by'], name='reception_note_callback'),
                    models.Index(condition=models.Q(('phone_index__isnull', False)), fields=['community', 'phone_index', '-rang_at'], name='reception_note_phone'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('community', 'business_date', 'number'), name='reception_note_number'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('saved_at__isnull', False), ('state', 'saved')), models.Q(models.Q(('state', 'saved'), _negated=True), ('callback_by', None), ('saved_at', None)), _connector='OR'), name='reception_note_saved'),
                    models.CheckConstraint(condition=models.Q(models.Q(('called_back_at', None), ('called_back_by', None)), models.Q(('called_back_at__isnull', False), ('called_back_by__isnull', False)), _connector='OR'), name='reception_note_called_back'),
                    models.CheckConstraint(condition=models.Q(('is_guess', False), ('unit__isnull', False), _connector='OR'), name='reception_note_guess'),
                ],
            },
        ),
        migrations.CreateModel(
            name='IdentityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('how', models.CharField(choices=[('none', '未核验'), ('document', '证件原件'), ('owner_file', '业主档案'), ('phone', '电话业主'), ('power_of_attorney', '委托书')], max_length=20)),
                ('called_number', models.CharField(blank=True, max_length=40)),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='业主的话')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('called', guanjia.core.database.fields.CommunityForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.tenure')),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('visit', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='reception.visit')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['community', 'visit', 'id'], name='reception_check_visit'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('called__isnull', False), ('how', 'phone')), models.Q(models.Q(('how', 'phone'), _negated=True), ('called', None)), _connector='OR'), name='reception_check_called'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(max_length=200)),
                ('content', guanjia.core.sealing.fields.SealedTextField(purpose='draft.content')),
                ('version', models.PositiveIntegerField(default=1)),
                ('saved_at', models.DateTimeField()),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('saved_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', guanjia.core.database.fields.CommunityForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='reception.phonenote')),
                ('visit', guanjia.core.database.fields.CommunityForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='reception.visit')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('community', 'visit', 'page'), name='reception_draft_visit'),
                    models.UniqueConstraint(fields=('community', 'note', 'page'), name='reception_draft_note'),
                    models.CheckConstraint(condition=models.Q(models.Q(('note__isnull', False), ('visit', None)), models.Q(('note', None), ('visit__isnull', False)), _connector='OR'), name='reception_draft_of_one'),
                ],
            },
        ),
    ]
