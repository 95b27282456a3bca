"""The words around a name that tell a place from a person, a brand or a street. Exact forms; folded ones are derived.

First list made from the measured cue set of the research notes (ecosystem.md §1), extended on own sentences only.
"""

from __future__ import annotations

from core.text.normalise import fold


class WordSet:
    """Words and short phrases, with their forms without accents for lines that have none."""

    def __init__(self, *lines: str) -> None:
        self.exact = frozenset(word.strip() for line in lines for word in line.split(","))
        self.folded = frozenset(fold(word) for word in self.exact)

    def holds(self, word: str, toneless: bool) -> bool:
        """True when the word is one of these, as it would be written in such a line."""
        return word in (self.folded if toneless else self.exact)


#: Unit words by their tokens → the type they name. Village words name no unit of the gazetteer.
UNIT_WORDS: dict[tuple[str, ...], str] = {
    ("xã",): "xã",
    ("phường",): "phường",
    ("thị", "trấn"): "thị trấn",
    ("đặc", "khu"): "đặc khu",
    ("huyện",): "huyện",
    ("huyện", "đảo"): "huyện",
    ("quận",): "quận",
    ("thị", "xã"): "thị xã",
    ("thành", "phố"): "thành phố",
    ("tỉnh",): "tỉnh",
    ("thôn",): "thôn",
    ("ấp",): "ấp",
    ("làng",): "làng",
    ("bản",): "bản",
    ("buôn",): "buôn",
    ("xóm",): "xóm",
    ("khu", "phố"): "khu phố",
    ("tổ", "dân", "phố"): "tổ dân phố",
}
#: Abbreviations; they need a full stop or capitals to count.
UNIT_ABBREVIATIONS = {
    "p": "phường",
    "x": "xã",
    "tt": "thị trấn",
    "h": "huyện",
    "q": "quận",
    "tx": "thị xã",
    "tp": "thành phố",
    "t": "tỉnh",
}
#: In English and Chinese the unit word follows the name.
UNIT_WORDS_AFTER = {
    "ward": "phường",
    "commune": "xã",
    "township": "thị trấn",
    "town": "thị trấn",
    "district": "huyện",
    "province": "tỉnh",
    "provincial": "tỉnh",
    "city": "thành phố",
    "坊": "phường",
    "社": "xã",
    "乡": "xã",
    "县": "huyện",
    "縣": "huyện",
    "郡": "huyện",
    "市": "thành phố",
    "省": "tỉnh",
    "시": "thành phố",
    "성": "tỉnh",
}
COMMUNE_TYPES = frozenset({"xã", "phường", "thị trấn", "đặc khu"})
DISTRICT_TYPES = frozenset({"huyện", "quận", "thị xã", "thành phố"})
PROVINCE_TYPES = frozenset({"tỉnh", "thành phố"})
VILLAGE_TYPES = frozenset({"thôn", "ấp", "làng", "bản", "buôn", "xóm", "khu phố", "tổ dân phố"})

SURNAMES = WordSet(
    "nguyễn,trần,lê,phạm,hoàng,huỳnh,phan,vũ,võ,đặng,bùi,đỗ,hồ,ngô,dương,lý,đào,đoàn,vương,trịnh,trương,đinh,lâm,phùng,mai,tô",
    "tạ,hà,lưu,cao,tôn,thái,chu,tống,kiều,lã,quách,triệu,lương,hứa,thân,tăng,bạch,mạc,nghiêm,khuất,doãn,đàm,vi,lò,giàng,sùng",
    "thào,quàng,nông,bế,chử,thạch,châu,la,ninh,khổng,ông,phí,cù,đồng,tiêu,văn,thị,ngọc,minh,hoài,thu,thanh,kim,quốc,hữu,đức",
)
HONORIFICS = WordSet(
    "ông,bà,anh,chị,em,cô,chú,bác,cụ,cháu,bé,thầy,nàng,bạn,tên,ca sĩ,nhạc sĩ,nghệ sĩ,diễn viên,đạo diễn,danh ca,nghệ nhân",
    "họa sĩ,nhà văn,nhà thơ,nhà báo,bác sĩ,luật sư,kỹ sư,tiến sĩ,giáo sư,bị cáo,bị can,nghi phạm,đối tượng,nạn nhân,hoa hậu",
    "á hậu,người mẫu,người đẹp,vận động viên,cầu thủ,huấn luyện viên,đồng chí,tác giả,đại biểu,đại tá,thiếu tá,trung tá,thượng tá",
    "đại úy,thượng úy,trung úy,tướng,doanh nhân,nữ sinh,học sinh,sinh viên,thí sinh,nữ hoàng,nsưt,nsnd,ts,ths,bs,mc,dj,ks,ls",
    "ca nương,nghệ sĩ trẻ,tiktoker,youtuber,streamer,hot girl,giọng ca,nữ chính,mẹ,con gái,con trai,vợ,chồng,mr,mrs,ms,miss,dr,singer,actress,actor",
    "cô giáo,thầy giáo,cô gái,chàng trai,cậu bé,cô bé,diễn viên trẻ,ca sĩ trẻ,tay vợt,kỳ thủ,thiếu úy,đại tướng,cảnh sát,bí thư",
    "director,artist,musician,influencer,model,star,pop star,idol,comedian,rapper,nurse,teacher,student,officer,player,bị hại,bị đơn,nguyên đơn,nhân chứng",
)
BRANDS = WordSet(
    "công ty,clb,câu lạc bộ,nhà hàng,khách sạn,thương hiệu,nhãn hiệu,cửa hàng,tập đoàn,hãng,tnhh,cổ phần,cp,xưởng,đội bóng,spa,quán",
    "quán cà phê,cà phê,tiệm,siêu thị,chuỗi,hợp tác xã,htx,doanh nghiệp,ban nhạc,phim,bài hát,ca khúc,vở,vở kịch,tiểu thuyết,mì,miến",
    "phở,bánh,rượu,bia,trà,nước mắm,gỗ,gốm,dầu,salon,studio,shop,đoàn kịch,gánh hát,đội tuyển,restaurant,company,brand,hotel,club,fc",
    "nhà in,nhà xuất bản,nhà thuốc,nhà may,nhà sách,hiệu sách,hiệu thuốc,hiệu ảnh,gara,xưởng in,nhà xe,hãng xe,thẩm mỹ viện,phòng khám,văn phòng luật,resort,homestay,tàu,du thuyền",
)
BRANDS_AFTER = WordSet("fc,jsc,group,corp,co,ltd,restaurant,hotel,company,club,spa,resort,studio,shop")
STREETS = WordSet(
    "đường,phố,ngõ,ngách,hẻm,trường,thpt,thcs,tiểu học,mầm non,mẫu giáo,đại học,cao đẳng,học viện,ngã tư,ngã ba,ngã năm,cao tốc",
    "quốc lộ,tỉnh lộ,công viên,quảng trường,đại lộ,tượng đài,giải thưởng,lăng,chiến dịch,cầu,tòa nhà,chung cư,đền thờ,vòng xoay",
    "tuyến,street,road,avenue,bridge,school,university,park,expressway,highway",
)
STREETS_AFTER = WordSet("street,road,avenue,bridge,school,university,park,expressway,highway")
#: Directly before the name: says firmly that a place follows.
PLACE_STRONG = WordSet(
    "tại,ở,ubnd,hđnd,địa bàn,công an,đảng ủy,thành ủy,tỉnh ủy,huyện ủy,chính quyền,người dân,nhân dân,dân,cử tri,khu vực,trú,ngụ,quê",
    "trạm y tế,chợ,ga,sân bay,bến xe,cảng,bệnh viện,khu công nghiệp,cụm công nghiệp,đê,lên đò,đất,vùng,khắp,quanh,biển,vùng biển",
    "nông dân,ngư dân,phụ nữ,tuổi trẻ,đoàn thanh niên,ở gần,in,near,đoạn qua,ubmttq,mặt trận tổ quốc,trung tâm,địa phận",
)
PLACE_WEAK = WordSet(
    "từ,về,đến,tới,qua,vào,ra,gần,đi,giữa,trên,sang,dọc,at,from,of,to,through,around,cho,của,và,bão,lũ"
)
SPEECH_AFTER = WordSet(
    "cho biết,tiết lộ,hẹn hò,lưu diễn,thổ lộ,khoe,diện,chia sẻ,tâm sự,kể,nói,hát,sinh năm,tên thật,xúc động,bật khóc,trả lời,thừa nhận,khai,said,says,told,sang,sings,được biết đến"
)
#: Words of stage, screen and gossip: near a bare name they speak for a person.
STAGE = WordSet(
    "ca khúc,ca sĩ,album,mv,showbiz,khán giả,sân khấu,liveshow,lưu diễn,đêm diễn,hẹn hò,bạn trai,bạn gái,chia tay,đóng phim,vai diễn",
    "phim truyền hình,bảng xếp hạng,người mẫu,sàn diễn,gameshow,giám khảo,fan,người hâm mộ,tiktok,album,concert,song,fans,movie",
)
#: Words of local life: near a bare name they speak for a place.
CIVIC = WordSet(
    "xã,phường,thôn,ubnd,người dân,bà con,hộ dân,tổ dân phố,địa phương,chính quyền,khu dân cư,dân phố,trụ sở,đường làng,đồng ruộng",
    "nước sạch,cắt điện,mất điện,cắt nước,ngập lụt,sạt lở,vỡ đê,dịch tả,đền bù,bồi thường,giải phóng,quy hoạch,thu hồi,hội nghị",
)
#: Heads of a table's column that hold people.
PERSON_HEADS = frozenset(
    {
        "họ và tên",
        "họ tên",
        "tên",
        "tên học sinh",
        "học sinh",
        "vận động viên",
        "thí sinh",
        "cầu thủ",
        "người chơi",
        "tác giả",
    }
)
#: Last syllables of names that people are given; a bare name that ends in one and stands alone is as likely a person.
GIVEN = WordSet(
    "an,anh,ánh,bách,bảo,bình,châu,chi,chiến,cường,cúc,danh,dung,dũng,duy,dương,đạt,đông,đức,giang,hà,hải,hạnh,hằng,hân,hậu,hiền",
    "hiếu,hiệp,hoa,hòa,hoài,hoàng,hồng,huệ,huy,hùng,hưng,hương,hường,khanh,khánh,khoa,khôi,kiên,lam,lan,liên,linh,loan,long,lộc",
    "lợi,ly,mai,mạnh,minh,my,mỹ,nam,nga,ngân,nghĩa,ngọc,nguyên,nguyệt,nhân,nhi,nhung,như,oanh,phát,phong,phú,phúc,phương,phượng",
    "quân,quang,quế,quốc,quỳnh,quyên,sáng,sang,sơn,sinh,tài,tâm,tân,thái,thanh,thành,thảo,thắng,thi,thiện,thịnh,thọ,thu,thùy",
    "thủy,thư,thúy,tiên,tiến,tín,toàn,trâm,trang,trí,trinh,trọng,trung,trúc,trường,tuấn,tú,tùng,tuyết,tố,uyên,vân,việt,vinh,vũ",
    "vy,xuân,yên,yến",
).exact
#: Phrases in which a place name is something else; they shadow it.
SHADOWS = (
    "thái bình dương",
    "đại tây dương",
    "ấn độ dương",
    "bắc băng dương",
    "nobel hòa bình",
    "giải hòa bình",
    "hải dương học",
    "hồ chủ tịch",
    "chi minh city",
    "cách mạng tháng tám",
    "điện biên phủ trên không",
    "đông nam á",
    "thái bình thịnh vượng",
)

#: Joins in a list of names.
LIST_JOINS = WordSet("và,hoặc,cùng,với,and")
PLURALS = WordSet("các,những,hai,ba,bốn,năm,sáu,bảy,tám,chín,mười,nhiều,số,gồm,thuộc,cả,2,3,4,5,6,7,8,9,10")
#: Roles that a place has many of.
COLLECTIVE = WordSet(
    "học sinh,sinh viên,thí sinh,nữ sinh,cầu thủ,vận động viên,cảnh sát,nhà báo,bác sĩ,luật sư,kỹ sư,đại biểu,doanh nhân,nghệ sĩ,nghệ nhân"
)
#: What is won; "thuộc về" and the like behind it name who won.
PRIZES = WordSet(
    "giải nhất,giải nhì,giải ba,giải tư,giải khuyến khích,giải vàng,giải bạc,giải đồng,huy chương,hcv,hcb,hcđ,quán quân,á quân,danh hiệu,vương miện,cúp"
)
GIVEN_TO = WordSet("thuộc về,trao cho,dành cho,về tay,gọi tên,xướng tên")
#: A look back from the name ends at these: what stands before belongs to something else.
STOPS = WordSet(
    "từ,ở,tại,của,về,đến,tới,qua,trên,và,là,có,cho,với,do,bị,được,trong,ngoài,vào,khi,mà,thì,đã,đang,sẽ,thuộc,in,at,from,of,the"
)

FOLDED_UNIT_WORDS = {tuple(fold(word) for word in words): kind for words, kind in UNIT_WORDS.items()}
